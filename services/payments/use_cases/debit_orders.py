"""What a debit's file says of it: fixed at the release, so that the file never changes after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.payments.domain.debit import our_reference
from services.payments.domain.mandate import Amendment, MandateFacts, amendment_of
from services.payments.formats.direct_debit import (
    Collection,
    CollectionGroup,
    DirectDebitBatch,
    PostalAddress,
    SequenceType,
)
from services.payments.formats.direct_debit import Creditor as FileCreditor
from services.payments.models import Creditor, Debit, DebitBatch, Mandate, OpenItem
from services.payments.use_cases.show_mandates import MandateParty, postal_address
from shared.errors import Conflict
from shared.ids import derived_id
from shared.money import Money

ORDER_FIELD = "debit order"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitOrder:
    """Never logged, never in an error text."""

    creditor_id: str
    mandate_reference: str
    mandate_signed_on: date
    holder: str
    iban: str
    address: PostalAddress | None
    structured_reference: str | None
    amendment: Amendment | None
    # The bank was told nothing of the mandate before.
    is_first: bool = False

    def sealable(self) -> str:
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def read(cls, text: str) -> DebitOrder:
        told = orjson.loads(text)
        told["mandate_signed_on"] = date.fromisoformat(told["mandate_signed_on"])
        told["address"] = postal_address(told["address"]) if told["address"] else None
        told["amendment"] = Amendment(**told["amendment"]) if told["amendment"] else None
        return cls(**told)


@dataclass(frozen=True, slots=True)
class Going:
    """A debit that goes to the bank, and how."""

    debit: Debit
    sequence_type: str
    order: DebitOrder


def order_of(
    mandate: Mandate, party: MandateParty, item: OpenItem, creditor_id: str
) -> DebitOrder | None:
    """None when the person was forgotten. `creditor_id` is the SEPA creditor identifier."""
    if party.iban is None or party.account_holder is None:
        return None
    told = None
    # A one-off mandate is never amended: what was refused of it is told as if for the first time.
    if mandate.told_reference and party.told_iban and not mandate.is_one_off:
        told = MandateFacts(
            reference=mandate.told_reference,
            iban=party.told_iban,
            creditor_id=mandate.told_creditor_id or creditor_id,
        )
    now = MandateFacts(reference=mandate.reference, iban=party.iban, creditor_id=creditor_id)
    return DebitOrder(
        creditor_id=creditor_id,
        mandate_reference=mandate.reference,
        mandate_signed_on=mandate.signed_on,
        holder=party.account_holder,
        iban=party.iban,
        address=party.address,
        structured_reference=item.payment_reference or item.rf_reference,
        amendment=amendment_of(told, now),
        is_first=told is None,
    )


def group_id(batch_id: UUID, sequence_type: str) -> UUID:
    """The usual group has the batch's own id; banks book each group in one sum."""
    return batch_id if sequence_type == "RCUR" else derived_id(batch_id, sequence_type)


def collected_by(creditor: Creditor) -> dict[str, Any]:
    """The creditor in the words of the file."""
    address = creditor.address
    return {
        "name": creditor.name,
        "iban": creditor.iban,
        "creditor_id": creditor.sepa_creditor_id or "",
        "address": {
            "town": address["city"],
            "country": address["country"],
            "street": address["street"],
            "building_number": address["house_number"],
            "postcode": address["postcode"],
        },
    }


def debit_file(batch: DebitBatch, created_at: datetime, going: Sequence[Going]) -> DirectDebitBatch:
    """The whole file."""
    told = batch.collected_by
    if told is None:
        raise Conflict("this batch was released before its file was kept: it cannot be made again")
    by_sequence: dict[str, list[Collection]] = {}
    for one in going:
        by_sequence.setdefault(one.sequence_type, []).append(_collection(one.debit, one.order))
    groups = tuple(
        CollectionGroup(
            payment_information_id=our_reference(group_id(batch.id, sequence_type)),
            due_on=batch.collect_on,
            sequence_type=SequenceType(sequence_type),
            collections=tuple(collections),
        )
        for sequence_type, collections in sorted(by_sequence.items())
    )
    return DirectDebitBatch(
        message_id=our_reference(batch.id),
        created_at=created_at,
        creditor=FileCreditor(**{**told, "address": postal_address(told["address"])}),
        groups=groups,
        scheme="b2b" if batch.scheme == "b2b" else "core",
    )


def _collection(debit: Debit, order: DebitOrder) -> Collection:
    return Collection(
        end_to_end_id=our_reference(debit.id),
        amount=Money(debit.amount_minor, debit.currency),
        mandate_reference=order.mandate_reference,
        mandate_signed_on=order.mandate_signed_on,
        debtor_name=order.holder,
        debtor_iban=order.iban,
        debtor_address=order.address,
        structured_reference=order.structured_reference,
        amendment=order.amendment,
    )
