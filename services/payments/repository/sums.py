"""The figures reconciliation compares, each counted from its own table."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.transitions import ACTIVE_ALLOCATIONS, TRANSFERS_PENDING
from services.payments.models import (
    Allocation,
    BankLine,
    BankStatement,
    Payment,
    ProviderPayout,
    Transfer,
)

# Payments by account; None for those of the provider, which have no bank account.
Sums = dict[UUID | None, dict[str, int]]


async def line_sums(session: AsyncSession) -> dict[UUID, dict[str, int]]:
    """Per account the signed sum of its lines by kind, in minor units."""
    rows = await session.execute(
        select(BankLine.account_id, BankLine.kind, func.sum(BankLine.amount_minor)).group_by(
            BankLine.account_id, BankLine.kind
        )
    )
    found: dict[UUID, dict[str, int]] = {}
    for account_id, kind, minor in rows:
        found.setdefault(account_id, {})[kind] = int(minor)
    return found


async def waiting_returns(session: AsyncSession) -> dict[UUID, int]:
    """Per account the return lines of debits whose collection is not booked (negative)."""
    rows = await session.execute(
        select(BankLine.account_id, func.sum(BankLine.amount_minor))
        .outerjoin(Payment, Payment.debit_id == BankLine.debit_id)
        .where(BankLine.kind == "return", BankLine.debit_id.is_not(None), Payment.id.is_(None))
        .group_by(BankLine.account_id)
    )
    return {account_id: int(minor) for account_id, minor in rows}


async def payment_sums(session: AsyncSession, currency: str) -> Sums:
    """Per account what came in, was reversed, and is not allocated by the payments' own word."""
    is_reversed = Payment.status == "reversed"
    rows = await session.execute(
        select(
            Payment.account_id,
            func.sum(Payment.amount_minor),
            func.sum(case((is_reversed, Payment.amount_minor), else_=0)),
            func.sum(case((is_reversed, 0), else_=Payment.amount_minor - Payment.allocated_minor)),
        )
        .where(Payment.status != "reclassified", Payment.currency == currency)
        .group_by(Payment.account_id)
    )
    return {
        account_id: {"received": int(a), "reversed": int(b), "unallocated": int(c)}
        for account_id, a, b, c in rows
    }


async def allocation_sums(session: AsyncSession, currency: str) -> dict[UUID | None, int]:
    """Per account of the payment what its allocations say, counted on their own."""
    rows = await session.execute(
        select(Payment.account_id, func.sum(Allocation.amount_minor))
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(Allocation.status.in_(ACTIVE_ALLOCATIONS), Allocation.currency == currency)
        .group_by(Payment.account_id)
    )
    return {account_id: int(minor) for account_id, minor in rows}


async def transfer_sums(session: AsyncSession, currency: str) -> Sums:
    """Per account of the payment what goes back of it: asked for and not executed, and executed.

    Both are part of what the payment counts as allocated.
    """
    executed = Transfer.status == "executed"
    rows = await session.execute(
        select(
            Payment.account_id,
            func.sum(case((executed, 0), else_=Transfer.amount_minor)),
            func.sum(case((executed, Transfer.amount_minor), else_=0)),
        )
        .join(Payment, Payment.id == Transfer.payment_id)
        .where(
            Transfer.status.in_((*TRANSFERS_PENDING, "executed")),
            Transfer.currency == currency,
            Payment.status != "reversed",
        )
        .group_by(Payment.account_id)
    )
    return {
        account_id: {"pending": int(pending), "executed": int(done)}
        for account_id, pending, done in rows
    }


async def paid_out(session: AsyncSession, currency: str) -> int:
    total = await session.scalar(
        select(func.coalesce(func.sum(ProviderPayout.amount_minor), 0)).where(
            ProviderPayout.currency == currency
        )
    )
    return int(total or 0)


async def entry_sums(session: AsyncSession) -> dict[UUID, int]:
    """Per account what its statements say they book, in minor units."""
    rows = await session.execute(
        select(BankStatement.account_id, func.sum(BankStatement.entries_minor))
        .where(BankStatement.kind == "statement")
        .group_by(BankStatement.account_id)
    )
    return {account_id: int(minor) for account_id, minor in rows}
