"""Register a creditor or change what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.billing import repository
from services.billing.models import Creditor
from shared import outbox
from shared.currency import EXPONENTS
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, Forbidden, InvalidInput
from shared.events.billing import Address, CreditorChanged
from shared.http.etag import check_if_match
from shared.references import normalise_iban


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCreditor:
    creditor_id: UUID
    # The ETag the caller read; None when registering.
    if_match: str | None
    name: str
    jurisdiction: str
    currency: str
    time_zone: str
    language: str
    iban: str
    sepa_creditor_id: str | None
    email: str
    phone: str
    website: str
    address: Address
    payment_term_days: int


async def save_creditor(session: WriteSession, command: SaveCreditor) -> Creditor:
    if scope_of(session).creditor_id != command.creditor_id:
        raise Forbidden("the creditor of the request and of the path differ")
    if command.currency not in EXPONENTS:
        raise InvalidInput.field("currency", f"unknown currency {command.currency!r}")
    creditor = await repository.lock_creditor(session)
    if creditor is None:
        creditor = Creditor(id=command.creditor_id, version=0)
        session.add(creditor)
    else:
        check_if_match(command.if_match, creditor.version)
        if creditor.currency != command.currency:
            raise Conflict("the currency of a creditor never changes")
    creditor.version += 1
    for name in (
        "name",
        "jurisdiction",
        "currency",
        "time_zone",
        "language",
        "sepa_creditor_id",
        "email",
        "phone",
        "website",
        "payment_term_days",
    ):
        setattr(creditor, name, getattr(command, name))
    creditor.iban = normalise_iban(command.iban)
    creditor.address = command.address.model_dump()
    outbox.add(session, _changed(creditor))
    return creditor


def _changed(creditor: Creditor) -> CreditorChanged:
    return CreditorChanged.model_validate(
        {
            **{
                name: getattr(creditor, name)
                for name in CreditorChanged.model_fields
                if name != "creditor_id"
            },
            "creditor_id": creditor.id,
        }
    )
