"""Payouts in the queue: those that do not add up, or that their provider will not tell of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from operator import eq, ge, le
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import BankLine, PayoutSettlement, ProviderPayout
from services.payments.repository.queue import SORTS, Count, QueueFilter
from shared.http.pages import Paging

# A provider tells what a payout was made of within a day or two.
_UNTOLD_AFTER: Final = timedelta(days=3)
_REASON = func.coalesce(PayoutSettlement.reason, "unknown_to_provider")
Columns = TypeVar("Columns", bound="Select[*tuple[Any, ...]]")


@dataclass(frozen=True, slots=True)
class QueuedPayout:
    payout: ProviderPayout
    settlement: PayoutSettlement | None


async def payouts_page(
    session: AsyncSession, paging: Paging, wanted: QueueFilter, sort: str
) -> list[QueuedPayout]:
    """As `queue_page`, in the same order, so that the two can be merged."""
    if _only_payments(wanted):
        return []
    _, downwards, read = SORTS[sort]
    by: Any = _by(sort)
    query = _from_payouts(select(ProviderPayout, PayoutSettlement), wanted)
    query = query.order_by(by.desc() if downwards else by.asc())
    query = query.order_by(ProviderPayout.id.desc() if downwards else ProviderPayout.id.asc())
    if paging.after:
        key = tuple_(by, ProviderPayout.id)
        last = tuple_(literal(read(paging.after[1])), literal(UUID(paging.after[2])))
        query = query.where(key < last if downwards else key > last)
    rows = await session.execute(query.limit(paging.limit + 1))
    return [QueuedPayout(row[0], row[1]) for row in rows]


async def payout_counts(session: AsyncSession, today: date) -> list[Count]:
    """Per reason and currency; nobody lays a payout aside, and nothing of it is to be placed."""
    columns = select(
        _REASON,
        ProviderPayout.currency,
        func.count(),
        func.min(ProviderPayout.booked_on),
    )
    query = _from_payouts(columns, QueueFilter(today=today))
    query = query.group_by(_REASON, ProviderPayout.currency)
    query = query.order_by(_REASON, ProviderPayout.currency)
    return [
        Count(reason, currency, waiting, 0, 0, 0, oldest)
        for reason, currency, waiting, oldest in await session.execute(query)
    ]


def _only_payments(wanted: QueueFilter) -> bool:
    """Nobody's customer, nobody's account, with no clerk, never laid aside."""
    return (
        wanted.show == "held"
        or wanted.source not in {None, "provider"}
        or wanted.iban_index is not None
        or wanted.assigned_to is not None
        or wanted.customer_ids is not None
    )


def _by(sort: str) -> Any:
    if sort in {"smallest", "largest"}:
        return ProviderPayout.amount_minor
    return literal(0.0) if sort == "surest" else ProviderPayout.booked_on


def _from_payouts(query: Columns, wanted: QueueFilter) -> Columns:
    untold = and_(
        func.coalesce(PayoutSettlement.status, "unknown") == "unknown",
        ProviderPayout.booked_on <= wanted.today - _UNTOLD_AFTER,
    )
    return (
        query.select_from(ProviderPayout)
        .outerjoin(PayoutSettlement, PayoutSettlement.payout_id == ProviderPayout.id)
        .where(or_(PayoutSettlement.status == "differs", untold), *_conditions(wanted))
    )


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for column, holds, value in (
        (_REASON, eq, wanted.reason),
        (ProviderPayout.amount_minor, ge, wanted.amount_from),
        (ProviderPayout.amount_minor, le, wanted.amount_to),
        (ProviderPayout.booked_on, ge, wanted.booked_from),
        (ProviderPayout.booked_on, le, wanted.booked_to),
    ):
        if value is not None:
            conditions.append(holds(column, value))
    if wanted.account_id is not None:
        line = select(BankLine.id).where(
            BankLine.id == ProviderPayout.line_id, BankLine.account_id == wanted.account_id
        )
        conditions.append(line.exists())
    return conditions
