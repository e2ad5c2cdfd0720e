"""Decide on a transfer: approve it (another person, within a limit), refuse, cancel, reject it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal
from uuid import UUID

from services.payments.domain.four_eyes import refuse_same_person
from services.payments.domain.transitions import TRANSFER, after
from services.payments.models import Payment, Transfer
from services.payments.repository import matching, transfers
from services.payments.repository.sepa_settings import sepa_rules
from services.payments.use_cases.ask_transfer import place
from shared.bulk import update_rows
from shared.db import WriteSession, scope_of
from shared.money import Money
from shared.rows import rows_of


async def approve_transfer(session: WriteSession, transfer_id: UUID) -> Transfer:
    """Who asked never approves; each role approves up to its own limit."""
    transfer = await transfers.lock_transfer(session, transfer_id)
    transfer.status = after(TRANSFER, "transfer", transfer.status, "approve")
    actor = scope_of(session).actor
    refuse_same_person(transfer.asked_by, actor, "approve")
    amount = Money(transfer.amount_minor, transfer.currency)
    (await sepa_rules(session)).refuse_above_limit(actor, amount)
    _sign(session, transfer, None)
    return transfer


async def end_transfer(
    session: WriteSession,
    transfer_id: UUID,
    trigger: Literal["refuse", "cancel", "reject"],
    reason: str,
) -> Transfer:
    """It comes to nothing: the payment has its rest back, for the reason it was queued before."""
    payment_id = (await transfers.transfer(session, transfer_id)).payment_id
    payment = await matching.lock_payment(session, payment_id) if payment_id is not None else None
    transfer = await transfers.lock_transfer(session, transfer_id)
    end(session, transfer, payment, trigger, reason)
    return transfer


def end(
    session: WriteSession, transfer: Transfer, payment: Payment | None, trigger: str, reason: str
) -> None:
    """Both rows are locked. A payment that was reversed has no rest to give back to."""
    transfer.status = after(TRANSFER, "transfer", transfer.status, trigger)
    _sign(session, transfer, reason)
    if payment is not None and payment.status != "reversed":
        place(payment, -transfer.amount_minor, transfer.queue_reason or "rest")


async def end_forgotten(session: WriteSession, forgotten: Sequence[Transfer]) -> set[UUID]:
    """Their payees were erased, so nobody is left to pay: each ends by itself, and its payment has
    its rest back. What a file holds already goes its way. Returns the ids."""
    if not forgotten:
        return set()
    payment_ids = {row.payment_id for row in forgotten if row.payment_id}
    payments = await matching.lock_payments(session, payment_ids)
    rows = await transfers.lock_transfers(session, [row.id for row in forgotten])
    unsent = [row for row in rows if row.status in {"asked", "approved"}]
    for row in unsent:
        payment = payments.get(row.payment_id) if row.payment_id else None
        end(session, row, payment, "cancel", "payee_erased")
    await session.flush()
    return {row.id for row in unsent}


async def cancel_transfers_of(session: WriteSession, payment_ids: Collection[UUID]) -> None:
    """The payments are reversed: what was to be given back of them is gone. What a file holds
    already stays, and is seen when the bank executes it."""
    unsent = await transfers.lock_unsent_of(session, payment_ids)
    actor, now = scope_of(session).actor, session.info["clock"].now()
    await update_rows(
        session,
        rows_of(Transfer),
        [
            {
                "id": row.id,
                "status": after(TRANSFER, "transfer", row.status, "cancel"),
                "reason": "payment_reversed",
                "version": row.version + 1,
                "decided_by": actor,
                "decided_at": now,
            }
            for row in unsent
        ],
    )


def _sign(session: WriteSession, transfer: Transfer, reason: str | None) -> None:
    transfer.decided_by, transfer.decided_at = scope_of(session).actor, session.info["clock"].now()
    transfer.reason = reason
    transfer.version += 1
