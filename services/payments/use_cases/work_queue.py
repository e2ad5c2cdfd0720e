"""Lay a queued payment aside, give it to a clerk, write something beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.payments.models import Payment, QueueMark
from services.payments.repository import matching
from services.payments.use_cases.note_payments import Note, note_payments
from shared.bulk import insert_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput, NotFound
from shared.rows import rows_of

HOLD_DAYS_MAX = 366


class NotWaiting(Conflict):
    code = "not_waiting"
    title = "The payment is not in the queue (any more)"


@dataclass(frozen=True, slots=True)
class Hold:
    """Not before `until` is there anything to do; `reason` says why."""

    until: date
    reason: str


async def hold(
    session: WriteSession, payment_id: UUID, command: Hold, *, today: date, vault: Vault
) -> None:
    if not today < command.until <= today + timedelta(days=HOLD_DAYS_MAX):
        raise InvalidInput.field("until", f"a day after {today}, within {HOLD_DAYS_MAX} days")
    (payment,) = await _queued(session, [payment_id])
    await _mark(session, [payment], {"held_until": command.until})
    note = Note(payment, "hold", command.reason, {"until": command.until.isoformat()})
    await note_payments(session, [note], vault=vault)


async def release(session: WriteSession, payment_id: UUID, *, vault: Vault) -> None:
    """It waits again from now on."""
    (payment,) = await _queued(session, [payment_id])
    await _mark(session, [payment], {"held_until": None})
    note = Note(payment, "release", None, {"until": None})
    await note_payments(session, [note], vault=vault)


async def assign(
    session: WriteSession, payment_ids: Sequence[UUID], assignee: str | None, *, vault: Vault
) -> None:
    """All to one clerk, by the subject of their token; None gives them back to everybody."""
    payments = await _queued(session, payment_ids)
    await _mark(session, payments, {"assigned_to": assignee})
    notes = [Note(payment, "assign", None, {"assignee": assignee}) for payment in payments]
    await note_payments(session, notes, vault=vault)


async def note(session: WriteSession, payment_id: UUID, text: str, *, vault: Vault) -> None:
    payment = await matching.lock_payment(session, payment_id)
    await note_payments(session, [Note(payment, "note", text)], vault=vault)


async def _queued(session: WriteSession, payment_ids: Sequence[UUID]) -> list[Payment]:
    found = await matching.lock_payments(session, payment_ids)
    missing = [payment_id for payment_id in payment_ids if payment_id not in found]
    if missing:
        raise NotFound(f"no payment with the id {missing[0]}")
    done = [payment for payment in found.values() if payment.queue_reason is None]
    if done:
        raise NotWaiting(f"payment {done[0].id} is {done[0].status}: nothing of it waits")
    return list(found.values())


async def _mark(
    session: WriteSession, payments: Sequence[Payment], changed: dict[str, Any]
) -> None:
    empty = {"assigned_to": None, "held_until": None}
    creditor_id = scope_of(session).creditor_id
    (name,) = changed
    await insert_rows(
        session,
        rows_of(QueueMark),
        [{"id": p.id, "creditor_id": creditor_id, **empty, **changed} for p in payments],
        on_conflict=f"(id) DO UPDATE SET {name} = excluded.{name}",
    )
