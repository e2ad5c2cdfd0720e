"""Lay what is queued aside, give it to a clerk, write something beside it.

Payments, payouts and what banks took back wait in one queue, and are found by their ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.payments.models import BankReversal, Payment, PayoutMark, QueueMark
from services.payments.repository import matching, reversals
from services.payments.repository.queue_payouts import unexplained
from services.payments.use_cases.note_payments import Note, note_payments
from services.payments.use_cases.note_queued import PAYOUT_NOTES, REVERSAL_NOTES, note_queued
from shared.bulk import insert_rows, update_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput, NotFound
from shared.rows import rows_of

HOLD_DAYS_MAX = 366


class NotWaiting(Conflict):
    code = "not_waiting"
    title = "It is not in the queue (any more)"


@dataclass(frozen=True, slots=True)
class Hold:
    """Not before `until` is there anything to do; `reason` says why."""

    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    payments: Sequence[Payment]
    payout_ids: Sequence[UUID]
    reversal_ids: Sequence[UUID]


async def hold(
    session: WriteSession, queued_id: UUID, command: Hold, *, today: date, vault: Vault
) -> None:
    if not today < command.until <= today + timedelta(days=HOLD_DAYS_MAX):
        raise InvalidInput.field("until", f"a day after {today}, within {HOLD_DAYS_MAX} days")
    waiting = await _waiting(session, [queued_id])
    await _mark(session, waiting, {"held_until": command.until})
    detail = {"until": command.until.isoformat()}
    await _note(session, waiting, "hold", command.reason, detail, vault)


async def release(session: WriteSession, queued_id: UUID, *, vault: Vault) -> None:
    """It waits again from now on."""
    waiting = await _waiting(session, [queued_id])
    await _mark(session, waiting, {"held_until": None})
    await _note(session, waiting, "release", None, {"until": None}, vault)


async def assign(
    session: WriteSession, queued_ids: Sequence[UUID], assignee: str | None, *, vault: Vault
) -> None:
    """All to one clerk, by the subject of their token; None gives them back to everybody."""
    waiting = await _waiting(session, queued_ids)
    await _mark(session, waiting, {"assigned_to": assignee})
    await _note(session, waiting, "assign", None, {"assignee": assignee}, vault)


async def note(session: WriteSession, payment_id: UUID, text: str, *, vault: Vault) -> None:
    payment = await matching.lock_payment(session, payment_id)
    await note_payments(session, [Note(payment, "note", text)], vault=vault)


async def _waiting(session: WriteSession, ids: Sequence[UUID]) -> _Waiting:
    payments = await matching.lock_payments(session, ids)
    others = [one for one in ids if one not in payments]
    payouts = await unexplained(session, others) if others else {}
    others = [one for one in others if one not in payouts]
    taken = await reversals.lock_reversals(session, others) if others else {}
    missing = [one for one in others if one not in taken]
    if missing:
        raise NotFound(f"no payment, payout or reversal has the id {missing[0]}")
    done = [payment for payment in payments.values() if payment.queue_reason is None]
    if done:
        raise NotWaiting(f"payment {done[0].id} is {done[0].status}: nothing of it waits")
    explained = [payout_id for payout_id, waits in payouts.items() if not waits]
    if explained:
        raise NotWaiting(f"payout {explained[0]} is explained: nothing of it waits")
    decided = [row for row in taken.values() if row.status != "waiting"]
    if decided:
        raise NotWaiting(f"reversal {decided[0].id} is {decided[0].status}: nothing of it waits")
    return _Waiting(list(payments.values()), list(payouts), list(taken))


async def _mark(session: WriteSession, waiting: _Waiting, changed: dict[str, Any]) -> None:
    mark = {
        "creditor_id": scope_of(session).creditor_id,
        "assigned_to": None,
        "held_until": None,
        **changed,
    }
    (name,) = changed
    for table, ids in (
        (QueueMark, [payment.id for payment in waiting.payments]),
        (PayoutMark, waiting.payout_ids),
    ):
        await insert_rows(
            session,
            rows_of(table),
            [{"id": one, **mark} for one in ids],
            on_conflict=f"(id) DO UPDATE SET {name} = excluded.{name}",
        )
    await update_rows(
        session, rows_of(BankReversal), [{"id": one, **changed} for one in waiting.reversal_ids]
    )


async def _note(
    session: WriteSession,
    waiting: _Waiting,
    kind: str,
    text: str | None,
    detail: dict[str, Any],
    vault: Vault,
) -> None:
    notes = [Note(payment, kind, text, detail) for payment in waiting.payments]
    await note_payments(session, notes, vault=vault)
    for book, ids in (
        (PAYOUT_NOTES, waiting.payout_ids),
        (REVERSAL_NOTES, waiting.reversal_ids),
    ):
        await note_queued(session, book, ids, kind, text, detail, vault=vault)
