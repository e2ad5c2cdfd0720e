"""Rows become the parties a letter shows."""

from __future__ import annotations

import orjson
from pydantic import ValidationError

from services.notifications.domain.channel import Contact, Preference
from services.notifications.domain.message import Channel
from services.notifications.domain.parties import Creditor, Customer, PostalAddress
from services.notifications.domain.text import one_line
from services.notifications.models import Creditor as CreditorRow
from services.notifications.models import Customer as CustomerRow
from services.notifications.models import Letterhead
from services.notifications.models import Preference as PreferenceRow
from shared.crypto import CustomerCipher
from shared.errors import InvalidInput, Problem


def creditor_of(row: CreditorRow, letterhead: Letterhead | None) -> Creditor:
    """Raises `InvalidInput` when no letter could carry this head."""
    head = (
        {}
        if letterhead is None
        else {
            "company_number": letterhead.company_number,
            "vat_number": letterhead.vat_number,
            "supplies_drinking_water": letterhead.supplies_drinking_water,
            "debt_help_website": letterhead.debt_help_website,
            "complaints_link": letterhead.complaints_link,
            "collection_register_number": letterhead.collection_register_number,
        }
    )
    try:
        return Creditor.model_validate(
            {
                "name": row.name,
                "address": _address(row.address),
                "iban": row.iban,
                "email": row.email,
                "phone": one_line(row.phone) or None,
                "website": one_line(row.website) or None,
                "sepa_creditor_id": row.sepa_creditor_id or None,
                "language": row.language,
                "time_zone": row.time_zone,
                **head,
            }
        )
    except ValidationError as error:
        problems = [
            Problem(".".join(str(step) for step in found["loc"]), found["msg"])
            for found in error.errors(include_input=False, include_url=False)
        ]
        raise InvalidInput("the creditor's letter head is not complete", problems) from None


def customer_of(row: CustomerRow, cipher: CustomerCipher) -> Customer | None:
    """None when there is no name to write to: the customer is erased, or the name unusable."""
    name = cipher.decrypt("name", row.name_sealed)
    if name is None:
        return None
    try:
        return Customer(
            name=name,
            number=row.number,
            email=cipher.decrypt("email", row.email_sealed),
            address=_postal_address(cipher.decrypt("address", row.address_sealed)),
            language=row.language,
        )
    except ValidationError:
        return None


def contact_of(customer: Customer, row: CustomerRow, *, email_refused: bool) -> Contact:
    """`email_refused`: this very message came back already."""
    return Contact(
        email=customer.email,
        email_bounced=email_refused or row.email_bounced_at is not None,
        address=customer.address,
    )


def preference_of(row: PreferenceRow | None, asked: str | None) -> Preference:
    """`asked` is a person's word for this one message and goes before the customer's."""
    if asked is not None:
        return Preference(channel=Channel(asked), email_for_legal=asked == Channel.EMAIL)
    if row is None:
        return Preference()
    channel = Channel(row.channel) if row.channel else None
    return Preference(channel=channel, email_for_legal=row.email_for_legal)


def _postal_address(stored: str | None) -> PostalAddress | None:
    """An address with a part missing is none: the post could not bring it."""
    if stored is None:
        return None
    try:
        return PostalAddress.model_validate(_address(orjson.loads(stored)))
    except ValidationError:
        return None


def _address(raw: dict[str, str]) -> dict[str, str | None]:
    return {**raw, "house_number": one_line(raw.get("house_number") or "") or None}
