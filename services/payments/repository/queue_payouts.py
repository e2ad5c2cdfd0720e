"""Payouts in the queue: those that do not add up, or that their provider will not tell of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import eq, ge, le
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.payouts import SETTLEMENTS_DONE
from services.payments.models import (
    BankLine,
    PayoutMark,
    PayoutNote,
    PayoutSettlement,
    ProviderPayout,
)
from services.payments.repository.parties import UUIDS
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
    mark: PayoutMark | None


async def payouts_page(
    session: AsyncSession, paging: Paging, wanted: QueueFilter, sort: str
) -> list[QueuedPayout]:
    """As `queue_page`, in the same order, so that the two can be merged."""
    if _only_payments(wanted):
        return []
    _, downwards, read = SORTS[sort]
    by: Any = _by(sort)
    query = _from_payouts(select(ProviderPayout, PayoutSettlement, PayoutMark), wanted)
    query = query.order_by(by.desc() if downwards else by.asc())
    query = query.order_by(ProviderPayout.id.desc() if downwards else ProviderPayout.id.asc())
    if paging.after:
        key = tuple_(by, ProviderPayout.id)
        last = tuple_(literal(read(paging.after[1])), literal(UUID(paging.after[2])))
        query = query.where(key < last if downwards else key > last)
    rows = await session.execute(query.limit(paging.limit + 1))
    return [QueuedPayout(row[0], row[1], row[2]) for row in rows]


async def payout_counts(session: AsyncSession, today: date) -> list[Count]:
    """Per reason and currency; nothing of a payout is to be placed."""
    is_held = _is_held(today)
    columns = select(
        _REASON,
        ProviderPayout.currency,
        func.count().filter(~is_held),
        func.count().filter(is_held),
        func.count().filter(PayoutMark.assigned_to.is_not(None)),
        func.min(ProviderPayout.booked_on),
    )
    query = _from_payouts(columns, QueueFilter(today=today, show="all"))
    query = query.group_by(_REASON, ProviderPayout.currency)
    query = query.order_by(_REASON, ProviderPayout.currency)
    return [
        Count(reason, currency, waiting, held, assigned, 0, oldest)
        for reason, currency, waiting, held, assigned, oldest in await session.execute(query)
    ]


def _only_payments(wanted: QueueFilter) -> bool:
    """A payout is from nobody's account and for nobody's invoices."""
    return (
        wanted.source not in {None, "provider"}
        or wanted.iban_index is not None
        or bool(wanted.ending_indexes)
        or wanted.customer_ids is not None
    )


def _is_held(today: date) -> ColumnElement[bool]:
    return func.coalesce(PayoutMark.held_until > today, False)


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
        .outerjoin(PayoutMark, PayoutMark.id == ProviderPayout.id)
        .where(or_(PayoutSettlement.status == "differs", untold), *_conditions(wanted))
    )


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    is_held = _is_held(wanted.today)
    conditions: list[ColumnElement[bool]] = []
    if wanted.show != "all":
        conditions.append(is_held if wanted.show == "held" else ~is_held)
    if wanted.unassigned:
        conditions.append(PayoutMark.assigned_to.is_(None))
    for column, holds, value in (
        (_REASON, eq, wanted.reason),
        (ProviderPayout.amount_minor, ge, wanted.amount_from),
        (ProviderPayout.amount_minor, le, wanted.amount_to),
        (ProviderPayout.booked_on, ge, wanted.booked_from),
        (ProviderPayout.booked_on, le, wanted.booked_to),
        (PayoutMark.assigned_to, eq, wanted.assigned_to),
    ):
        if value is not None:
            conditions.append(holds(column, value))
    if wanted.account_id is not None:
        line = select(BankLine.id).where(
            BankLine.id == ProviderPayout.line_id, BankLine.account_id == wanted.account_id
        )
        conditions.append(line.exists())
    return conditions


async def unexplained(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Of the payouts among these ids, whether each is neither agreed nor accepted."""
    status = func.coalesce(PayoutSettlement.status, "unknown")
    query = (
        select(ProviderPayout.id, status.not_in(SETTLEMENTS_DONE))
        .outerjoin(PayoutSettlement, PayoutSettlement.payout_id == ProviderPayout.id)
        .where(ProviderPayout.id == any_(literal(list(ids), UUIDS)))
    )
    found: dict[UUID, bool] = dict((await session.execute(query)).all())
    return found


async def mark_of(session: AsyncSession, payout_id: UUID) -> PayoutMark | None:
    return await session.get(PayoutMark, payout_id)


async def notes_of(session: AsyncSession, payout_id: UUID) -> Sequence[PayoutNote]:
    """In the order they were made."""
    query = select(PayoutNote).where(PayoutNote.payout_id == payout_id)
    return (await session.scalars(query.order_by(PayoutNote.id))).all()
