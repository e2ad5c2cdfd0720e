"""The pain.008 file of a released batch: the same bytes however often it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.debit import our_reference
from services.payments.formats.direct_debit import (
    Collection,
    CollectionGroup,
    DirectDebitBatch,
    PostalAddress,
    SequenceType,
)
from services.payments.formats.direct_debit import Creditor as FileCreditor
from services.payments.formats.pain008 import Version, write_pain008
from services.payments.models import Creditor, Debit, Mandate, OpenItem
from services.payments.repository import debits, matching, parties
from services.payments.use_cases.show_mandates import MandateParty, show_parties
from shared.crypto import Vault
from shared.errors import Conflict
from shared.money import Money


async def write_debit_file(
    session: AsyncSession, batch_id: UUID, *, version: Version, vault: Vault
) -> bytes:
    batch = await debits.batch(session, batch_id)
    if batch.status != "released" or batch.released_at is None:
        raise Conflict("there is a file once the batch is released")
    creditor = await parties.creditor(session)
    rows = [row for row in await debits.debits_of(session, batch_id) if row.status != "cancelled"]
    mandates = await parties.mandates_by_id(session, {row.mandate_id for row in rows})
    holders = await show_parties(session, list(mandates.values()), vault=vault)
    items = await matching.open_items_by_id(session, {row.invoice_id for row in rows})
    reference = our_reference(batch_id)
    group = CollectionGroup(
        payment_information_id=reference,
        due_on=batch.collect_on,
        sequence_type=SequenceType.RECURRING,
        collections=tuple(_collection(row, mandates, holders, items) for row in rows),
    )
    file = DirectDebitBatch(
        message_id=reference,
        created_at=batch.released_at,
        creditor=_creditor(creditor),
        groups=(group,),
    )
    return write_pain008(file, version)


def _creditor(creditor: Creditor) -> FileCreditor:
    address = creditor.address
    return FileCreditor(
        name=creditor.name,
        iban=creditor.iban,
        creditor_id=creditor.sepa_creditor_id or "",
        address=PostalAddress(
            town=address["city"],
            country=address["country"],
            street=address["street"],
            building_number=address["house_number"],
            postcode=address["postcode"],
        ),
    )


def _collection(
    debit: Debit,
    mandates: Mapping[UUID, Mandate],
    holders: Mapping[UUID, MandateParty],
    items: Mapping[UUID, OpenItem],
) -> Collection:
    mandate, holder = mandates[debit.mandate_id], holders[debit.mandate_id]
    if holder.iban is None or holder.account_holder is None:
        raise Conflict("a customer of this batch was erased: the file cannot be made again")
    item = items[debit.invoice_id]
    return Collection(
        end_to_end_id=our_reference(debit.id),
        amount=Money(debit.amount_minor, debit.currency),
        mandate_reference=mandate.reference,
        mandate_signed_on=mandate.signed_on,
        debtor_name=holder.account_holder,
        debtor_iban=holder.iban,
        structured_reference=item.payment_reference or item.rf_reference,
    )
