"""Release a planned batch, or cancel it. From the release on its file may go to the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.payments.domain.debit import MandateUse, sequence_of
from services.payments.domain.four_eyes import refuse_same_person
from services.payments.domain.target_days import submit_by
from services.payments.domain.transitions import BATCH, DEBIT, after
from services.payments.formats.pain008 import Version
from services.payments.models import Debit, DebitBatch, Mandate
from services.payments.repository import debits, matching, parties
from services.payments.repository.sepa_settings import sepa_rules
from services.payments.use_cases.change_mandates import use_mandates
from services.payments.use_cases.debit_orders import (
    ORDER_FIELD,
    Going,
    collected_by,
    debit_file,
    group_id,
    order_of,
)
from services.payments.use_cases.show_mandates import MandateParty, show_parties
from services.payments.use_cases.write_debit_file import checked_file
from shared import outbox
from shared.bulk import update_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict
from shared.events.payments import DebitCancelled, DebitSubmitted
from shared.money import Money
from shared.rows import rows_of


async def release_batch(
    session: WriteSession, batch_id: UUID, *, today: date, vault: Vault, xsd_dir: str = ""
) -> DebitBatch:
    """What was paid, is disputed, or lost its mandate since the planning is left out. The file is
    made and checked here, so that nothing is released that a bank would refuse as a whole."""
    batch = await debits.lock_batch(session, batch_id)
    status = after(BATCH, "debit batch", batch.status, "release")
    actor = scope_of(session).actor
    refuse_same_person(batch.planned_by or "", actor, "release")
    if today > submit_by(batch.collect_on):
        raise Conflict("banks need the file a bank day before: cancel this batch and plan anew")
    planned = await debits.lock_debits_of(session, batch_id)
    mandates = {
        mandate.id: mandate
        for mandate in await parties.lock_mandates(session, {debit.mandate_id for debit in planned})
    }
    holders = await show_parties(session, list(mandates.values()), vault=vault)
    going = await _going(session, planned, mandates, holders)
    if not going:
        raise Conflict("nothing of this batch is still to be collected: cancel it")
    batch.status, batch.released_at = status, session.info["clock"].now()
    batch.released_by = actor
    batch.collected_by = collected_by(await parties.creditor(session))
    batch.version += 1
    await checked_file(debit_file(batch, batch.released_at, going), Version.V08, xsd_dir)
    gone = {one.debit.id for one in going}
    staying = [debit for debit in planned if debit.id not in gone]
    await _submit(session, going, vault)
    await _cancel(session, staying)
    await use_mandates(session, mandates, going, batch=batch, vault=vault)
    if staying:
        batch.left_out = {**batch.left_out, "changed_since_planned": len(staying)}
    for one in going:
        outbox.add(session, DebitSubmitted(**_facts(one.debit)))
    return batch


async def cancel_batch(session: WriteSession, batch_id: UUID) -> DebitBatch:
    batch = await debits.lock_batch(session, batch_id)
    batch.status = after(BATCH, "debit batch", batch.status, "cancel")
    batch.version += 1
    await _cancel(session, await debits.lock_debits_of(session, batch_id))
    return batch


async def _going(
    session: WriteSession,
    planned: Sequence[Debit],
    mandates: Mapping[UUID, Mandate],
    holders: Mapping[UUID, MandateParty],
) -> list[Going]:
    creditor = await parties.creditor(session)
    rules = await sepa_rules(session)
    found = await matching.lock_candidates(session, ids=[debit.invoice_id for debit in planned])
    available = {item.id: item.available for item in found}
    items = await matching.open_items_by_id(session, available)
    held = await debits.held(session, available)
    busy = await debits.busy_mandates(session, mandates)
    by_mandate: dict[UUID, list[Debit]] = {}
    for debit in planned:
        amount = Money(debit.amount_minor, debit.currency)
        is_due = debit.invoice_id not in held and available[debit.invoice_id] >= amount
        is_free = debit.mandate_id not in busy
        if is_due and is_free and mandates[debit.mandate_id].status == "active":
            by_mandate.setdefault(debit.mandate_id, []).append(debit)
    going = []
    for mandate_id, its in by_mandate.items():
        mandate = mandates[mandate_id]
        use = MandateUse(
            is_one_off=mandate.is_one_off,
            is_final=mandate.is_final,
            was_used=mandate.last_used_on is not None,
        )
        for place, debit in enumerate(its):
            sequence = sequence_of(use, place, len(its), marks_first=rules.marks_first)
            order = order_of(
                mandate,
                holders[mandate_id],
                items[debit.invoice_id],
                creditor.sepa_creditor_id or "",
            )
            if sequence is not None and order is not None:
                going.append(Going(debit, sequence, order))
    return going


async def _submit(session: WriteSession, going: Sequence[Going], vault: Vault) -> None:
    ciphers = await vault.open(session, {one.debit.customer_id for one in going})
    rows = [
        {
            "id": one.debit.id,
            "status": after(DEBIT, "debit", one.debit.status, "submit"),
            "group_id": group_id(one.debit.batch_id, one.sequence_type),
            "sequence_type": one.sequence_type,
            "order_sealed": ciphers[one.debit.customer_id].encrypt(
                ORDER_FIELD, one.order.sealable()
            ),
        }
        for one in going
    ]
    await update_rows(session, rows_of(Debit), rows)


async def _cancel(session: WriteSession, staying: Sequence[Debit]) -> None:
    rows = [
        {"id": debit.id, "status": after(DEBIT, "debit", debit.status, "cancel")}
        for debit in staying
    ]
    await update_rows(session, rows_of(Debit), rows)
    for debit in staying:
        outbox.add(session, DebitCancelled(**_facts(debit)))


def _facts(debit: Debit) -> dict[str, Any]:
    return {
        "debit_id": debit.id,
        "invoice_id": debit.invoice_id,
        "customer_id": debit.customer_id,
        "amount": Money(debit.amount_minor, debit.currency),
        "collect_on": debit.collect_on,
    }
