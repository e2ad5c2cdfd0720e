"""Release a planned batch, or cancel it. From the release on its file may go to the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.payments.domain.target_days import submit_by
from services.payments.domain.transitions import BATCH, DEBIT, after
from services.payments.models import Debit, DebitBatch, Mandate
from services.payments.repository import debits, matching, parties
from shared import outbox
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.errors import Conflict
from shared.events.payments import DebitSubmitted
from shared.money import Money
from shared.rows import rows_of


async def release_batch(session: WriteSession, batch_id: UUID, *, today: date) -> DebitBatch:
    """What was paid, or lost its mandate, since the planning is left out."""
    batch = await debits.lock_batch(session, batch_id)
    status = after(BATCH, "debit batch", batch.status, "release")
    if today > submit_by(batch.collect_on):
        raise Conflict("banks need the file a bank day before: cancel this batch and plan anew")
    planned = await debits.lock_debits_of(session, batch_id)
    items = await matching.lock_candidates(session, ids=[debit.invoice_id for debit in planned])
    available = {item.id: item.available for item in items}
    mandates = await parties.lock_mandates(session, {debit.mandate_id for debit in planned})
    active = {mandate.id for mandate in mandates if mandate.status == "active"}
    going = [
        debit
        for debit in planned
        if debit.mandate_id in active
        and available[debit.invoice_id] >= Money(debit.amount_minor, debit.currency)
    ]
    if not going:
        raise Conflict("nothing of this batch is still to be collected: cancel it")
    gone = {debit.id for debit in going}
    staying = [debit for debit in planned if debit.id not in gone]
    await _move(session, going, "submit")
    await _move(session, staying, "cancel")
    await _use(session, mandates, going, batch.collect_on)
    batch.status, batch.released_at = status, session.info["clock"].now()
    batch.version += 1
    if staying:
        batch.left_out = {**batch.left_out, "changed_since_planned": len(staying)}
    for debit in going:
        outbox.add(session, _told(debit))
    return batch


async def cancel_batch(session: WriteSession, batch_id: UUID) -> DebitBatch:
    batch = await debits.lock_batch(session, batch_id)
    batch.status = after(BATCH, "debit batch", batch.status, "cancel")
    batch.version += 1
    await _move(session, await debits.lock_debits_of(session, batch_id), "cancel")
    return batch


async def _move(session: WriteSession, moving: Sequence[Debit], trigger: str) -> None:
    rows = [
        {"id": debit.id, "status": after(DEBIT, "debit", debit.status, trigger)} for debit in moving
    ]
    await update_rows(session, rows_of(Debit), rows)


async def _use(
    session: WriteSession, mandates: Sequence[Mandate], going: Sequence[Debit], used_on: date
) -> None:
    """A mandate lapses when it was not used for long: note that it was."""
    used = {debit.mandate_id for debit in going}
    rows = [
        {"id": mandate.id, "last_used_on": used_on} for mandate in mandates if mandate.id in used
    ]
    await update_rows(session, rows_of(Mandate), rows)


def _told(debit: Debit) -> DebitSubmitted:
    return DebitSubmitted(
        debit_id=debit.id,
        invoice_id=debit.invoice_id,
        customer_id=debit.customer_id,
        amount=Money(debit.amount_minor, debit.currency),
        collect_on=debit.collect_on,
    )
