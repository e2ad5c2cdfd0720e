"""What banks took back, in the queue as long as nobody knows which payment it was."""

from __future__ import annotations

from datetime import date
from operator import eq, ge, le
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import BankLine, BankReversal
from services.payments.repository.queue import SORTS, Count, QueueFilter
from shared.http.pages import Paging


async def reversals_page(
    session: AsyncSession, paging: Paging, wanted: QueueFilter, sort: str
) -> list[BankReversal]:
    """As `queue_page`, in the same order, so that they can be merged."""
    if wanted.source not in {None, "bank"} or wanted.customer_ids is not None:
        return []
    _, downwards, read = SORTS[sort]
    by: Any = {
        "smallest": BankReversal.amount_minor,
        "largest": BankReversal.amount_minor,
        "surest": literal(0.0),
    }.get(sort, BankReversal.booked_on)
    query = select(BankReversal).where(*_conditions(wanted))
    query = query.order_by(by.desc() if downwards else by.asc())
    query = query.order_by(BankReversal.id.desc() if downwards else BankReversal.id.asc())
    if paging.after:
        key = tuple_(by, BankReversal.id)
        last = tuple_(literal(read(paging.after[1])), literal(UUID(paging.after[2])))
        query = query.where(key < last if downwards else key > last)
    return list(await session.scalars(query.limit(paging.limit + 1)))


async def reversal_counts(session: AsyncSession, today: date) -> list[Count]:
    """Per reason and currency; nothing of a reversal is to be placed."""
    is_held = _is_held(today)
    query = (
        select(
            BankReversal.reason,
            BankReversal.currency,
            func.count().filter(~is_held),
            func.count().filter(is_held),
            func.count().filter(BankReversal.assigned_to.is_not(None)),
            func.min(BankReversal.booked_on),
        )
        .where(*_conditions(QueueFilter(today=today, show="all")))
        .group_by(BankReversal.reason, BankReversal.currency)
        .order_by(BankReversal.reason, BankReversal.currency)
    )
    return [
        Count(str(reason), currency, waiting, held, assigned, 0, oldest)
        for reason, currency, waiting, held, assigned, oldest in await session.execute(query)
    ]


def _is_held(today: date) -> ColumnElement[bool]:
    return func.coalesce(BankReversal.held_until > today, False)


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    is_held = _is_held(wanted.today)
    conditions: list[ColumnElement[bool]] = [BankReversal.status == "waiting"]
    if wanted.show != "all":
        conditions.append(is_held if wanted.show == "held" else ~is_held)
    if wanted.unassigned:
        conditions.append(BankReversal.assigned_to.is_(None))
    for column, holds, value in (
        (BankReversal.reason, eq, wanted.reason),
        (BankReversal.account_id, eq, wanted.account_id),
        (BankReversal.amount_minor, ge, wanted.amount_from),
        (BankReversal.amount_minor, le, wanted.amount_to),
        (BankReversal.booked_on, ge, wanted.booked_from),
        (BankReversal.booked_on, le, wanted.booked_to),
        (BankReversal.assigned_to, eq, wanted.assigned_to),
    ):
        if value is not None:
            conditions.append(holds(column, value))
    lines = BankLine.id == BankReversal.id
    if wanted.iban_index is not None:
        conditions.append(exists().where(lines, BankLine.iban_index == wanted.iban_index))
    if wanted.ending_indexes:
        ending = BankLine.iban_ending_index.in_(wanted.ending_indexes)
        conditions.append(exists().where(lines, ending))
    return conditions
