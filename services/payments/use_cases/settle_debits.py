"""What a file says of our direct debits: collected, returned, or both in the wrong order."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.payments.domain.bank_lines import Collection, Return
from services.payments.domain.return_rules import REASON_NOT_TOLD
from services.payments.domain.transitions import DEBIT, after
from services.payments.models import Debit, Payment
from services.payments.repository import matching
from services.payments.use_cases.change_mandates import spend_mandates
from services.payments.use_cases.plan_lines import LinePlan, PlacedLine, late_collections
from services.payments.use_cases.return_debits import ComingBack, return_debits
from services.payments.use_cases.reverse_payments import Reversal, reverse_payments
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.ids import uuid7
from shared.money import Money
from shared.rows import rows_of


async def settle_debits(session: WriteSession, plan: LinePlan) -> None:
    """Collections first, then returns: their payments are booked already."""
    statuses = {debit_id: debit.status for debit_id, debit in plan.debits.items()}
    collected = [
        debit_id
        for line in plan.lines
        if isinstance(line.kind, Collection)
        for debit_id in line.kind.debit_ids
    ]
    for debit_id in collected:
        statuses[debit_id] = after(DEBIT, "debit", statuses[debit_id], "collect")
    await update_rows(
        session,
        rows_of(Debit),
        [
            {
                "id": debit_id,
                "status": statuses[debit_id],
                "return_code": None,
                "returned_on": None,
            }
            for debit_id in collected
        ],
    )
    returns = {line.kind.debit_id: line for line in plan.lines if isinstance(line.kind, Return)}
    late = late_collections(plan.lines)
    booked = {*collected, *returns, *late}
    await spend_mandates(session, [plan.debits[debit_id] for debit_id in booked])
    if returns or late:
        await _return(session, plan, statuses, returns, late)


async def _return(
    session: WriteSession,
    plan: LinePlan,
    statuses: Mapping[UUID, str],
    returns: Mapping[UUID, PlacedLine],
    late: Mapping[UUID, PlacedLine],
) -> None:
    payments = await matching.lock_payments_of_debits(session, {*returns, *late})
    reversals = []
    for debit_id, payment in payments.items():
        line = returns.get(debit_id) or late[debit_id]
        code = _code(line) if debit_id in returns else plan.debits[debit_id].return_code
        reversals.append(_reversal(payment, line, code, plan.lost.get(debit_id, 0)))
    await reverse_payments(session, reversals)
    coming_back = [
        ComingBack(plan.debits[debit_id], statuses[debit_id], _code(line), line.draft.booked_on)
        for debit_id, line in returns.items()
    ]
    await return_debits(session, coming_back)


def _reversal(payment: Payment, line: PlacedLine, code: str | None, lost_minor: int) -> Reversal:
    """All of the payment, or what parts that came back before left of it."""
    if not lost_minor:
        return Reversal(payment, line.draft.booked_on, code)
    left = Money(payment.amount_minor - lost_minor, payment.currency)
    return Reversal(payment, line.draft.booked_on, code, amount=left, part_id=uuid7())


def _code(line: PlacedLine) -> str:
    return line.draft.return_code or REASON_NOT_TOLD
