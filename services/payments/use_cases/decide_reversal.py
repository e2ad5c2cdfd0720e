"""A person says which payments a bank took back, or that it was none of ours; and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.transitions import REVERSAL, after
from services.payments.models import BankReversal, Payment
from services.payments.repository import matching, reversals, statements
from services.payments.use_cases.note_queued import REVERSAL_NOTES, note_queued
from services.payments.use_cases.settle_reversals import Taken, take_back
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict, InvalidInput, NotFound
from shared.money import Money


@dataclass(frozen=True, slots=True)
class PartTaken:
    payment_id: UUID
    amount: Money


async def settle_by_hand(
    session: WriteSession,
    reversal_id: UUID,
    parts: Sequence[PartTaken],
    reason: str,
    *,
    vault: Vault,
) -> None:
    """The parts make the whole of it; each is of a payment into the same account."""
    # Payments, lines, reversals: the order an upload locks them in.
    payments = await matching.lock_payments(session, {part.payment_id for part in parts})
    line = await statements.lock_line(session, reversal_id)
    row = await _lock(session, reversal_id)
    after(REVERSAL, "reversal", row.status, "settle")
    if line.kind != "other":
        raise Conflict(f"its line is a {line.kind} by now")
    _refuse_other(row, parts, payments)
    taken = [Taken(row, payments[part.payment_id], part.amount, line.return_code) for part in parts]
    await take_back(session, taken, vault=vault)
    detail = {"payment_ids": [str(part.payment_id) for part in parts]}
    await note_queued(session, REVERSAL_NOTES, [reversal_id], "settle", reason, detail, vault=vault)


async def dismiss_reversal(
    session: WriteSession, reversal_id: UUID, reason: str, *, vault: Vault
) -> None:
    """It took back no payment of ours: its line stays outside matching."""
    row = await _lock(session, reversal_id)
    row.status = after(REVERSAL, "reversal", row.status, "dismiss")
    row.reason, row.version = None, row.version + 1
    await note_queued(session, REVERSAL_NOTES, [reversal_id], "dismiss", reason, {}, vault=vault)


async def _lock(session: WriteSession, reversal_id: UUID) -> BankReversal:
    row = (await reversals.lock_reversals(session, [reversal_id])).get(reversal_id)
    if row is None:
        raise NotFound("no reversal with this id")
    return row


def _refuse_other(
    row: BankReversal, parts: Sequence[PartTaken], payments: dict[UUID, Payment]
) -> None:
    if len({part.payment_id for part in parts}) < len(parts):
        raise InvalidInput.field("parts", "each payment once")
    for part in parts:
        payment = payments.get(part.payment_id)
        if payment is None:
            raise InvalidInput.field("parts", f"no payment has the id {part.payment_id}")
        if payment.account_id != row.account_id:
            raise InvalidInput.field("parts", f"payment {payment.id} came into another account")
        if payment.status in {"reversed", "reclassified"}:
            raise InvalidInput.field("parts", f"payment {payment.id} is {payment.status}")
        if part.amount.currency != row.currency:
            raise InvalidInput.field("parts", f"the reversal is in {row.currency}")
    total = sum(part.amount.minor for part in parts)
    if total != row.amount_minor:
        whole = Money(row.amount_minor, row.currency)
        raise InvalidInput.field("parts", f"the parts make {total} minor units of {whole}")
