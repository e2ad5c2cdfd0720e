"""Sums over the ledger and over open items."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.billing.domain.ledger import Parts
from services.billing.models import LedgerPosting, Receivable

_TOTALS = text(
    "SELECT"
    " (SELECT coalesce(sum(total_minor), 0) FROM invoices WHERE kind = 'invoice') AS billed,"
    " (SELECT count(*) FROM invoices WHERE kind = 'invoice') AS invoices,"
    " coalesce(sum(amount_minor) FILTER (WHERE kind = 'costs'), 0) AS costs,"
    " coalesce(sum(amount_minor) FILTER (WHERE kind = 'interest'), 0) AS interest,"
    " coalesce(sum(amount_minor - given_up_minor - fee_minor) FILTER (WHERE kind = 'payment'), 0)"
    " AS paid,"
    " coalesce(sum(given_up_minor), 0) AS small_differences,"
    " coalesce(sum(fee_minor), 0) AS collection_fees,"
    " coalesce(sum(amount_minor) FILTER (WHERE kind = 'credit'), 0) AS credited,"
    " coalesce(sum(amount_minor) FILTER (WHERE kind = 'write_off'), 0) AS written_off,"
    " coalesce(sum(amount_minor) FILTER (WHERE kind = 'reclaim'), 0) AS reclaimed"
    " FROM movements WHERE reversed_at IS NULL"
)
_OPEN = text(
    "SELECT"
    " coalesce(sum(open_principal_minor + open_costs_minor + open_interest_minor), 0) AS open,"
    " coalesce(sum(surplus_minor), 0) AS surplus, count(*) FILTER (WHERE status = 'open') AS items"
    " FROM receivables"
)


async def trial_balance(session: AsyncSession) -> list[tuple[str, str, int, int, int]]:
    """Account, currency, debit, credit and balance (debit positive), in minor units."""
    amount = LedgerPosting.amount_minor
    query = (
        select(
            LedgerPosting.account,
            LedgerPosting.currency,
            func.coalesce(func.sum(amount).filter(amount > 0), 0),
            func.coalesce(func.sum(-amount).filter(amount < 0), 0),
            func.sum(amount),
        )
        .group_by(LedgerPosting.account, LedgerPosting.currency)
        .order_by(LedgerPosting.account, LedgerPosting.currency)
    )
    return [
        (row[0], row[1], int(row[2]), int(row[3]), int(row[4]))
        for row in await session.execute(query)
    ]


async def totals(session: AsyncSession) -> dict[str, int]:
    """Billed, charged, paid, credited, written off and open, in minor units."""
    moved = (await session.execute(_TOTALS)).one()
    left = (await session.execute(_OPEN)).one()
    return {name: int(value) for name, value in {**moved._mapping, **left._mapping}.items()}


async def parts_left(session: AsyncSession, invoice_id: UUID) -> Parts:
    """What is left of an invoice's revenue, VAT and levy after its credit notes."""
    query = (
        select(LedgerPosting.account, -func.sum(LedgerPosting.amount_minor))
        .where(
            LedgerPosting.invoice_id == invoice_id,
            LedgerPosting.account.in_(("revenue", "vat_payable", "levy_payable")),
        )
        .group_by(LedgerPosting.account)
    )
    left = {account: int(minor) for account, minor in await session.execute(query)}
    return Parts(
        net=left.get("revenue", 0),
        vat=left.get("vat_payable", 0),
        levy=left.get("levy_payable", 0),
    )


async def customer_receivables(session: AsyncSession, customer_id: UUID) -> list[Receivable]:
    query = (
        select(Receivable)
        .where(Receivable.customer_id == customer_id)
        .order_by(Receivable.due_on, Receivable.id)
    )
    return list(await session.scalars(query))
