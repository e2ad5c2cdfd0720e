"""The queue as a clerk searches it, with marks and notes, and credits waiting in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from operator import eq, ge, le
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.desk import CREDIT, CREDIT_REASONS
from services.payments.models import (
    BankLine,
    OpenItem,
    Payment,
    PaymentNote,
    ProviderPayment,
    QueueMark,
)
from services.payments.repository.locking import locked
from services.payments.repository.matching import from_account_ending
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession
from shared.errors import InvalidInput
from shared.http.pages import Paging

_CERTAINTY = func.coalesce(Payment.candidates[0]["probability"].as_float(), 0.0)
# By name: what it sorts by, whether downwards, and how the cursor's value is read back.
SORTS: Final[dict[str, tuple[Any, bool, Any]]] = {
    "oldest": (Payment.booked_on, False, date.fromisoformat),
    "newest": (Payment.booked_on, True, date.fromisoformat),
    "smallest": (Payment.amount_minor, False, int),
    "largest": (Payment.amount_minor, True, int),
    "surest": (_CERTAINTY, True, float),
}
Columns = TypeVar("Columns", bound="Select[*tuple[Any, ...]]")
Queued = tuple[Payment, QueueMark | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """What to look for; None: any. `today` decides which holds still hold.

    `pointed_at` are customers and open items (by id): a payment is found when it is theirs or
    when matching weighed one of them.
    """

    today: date
    show: str = "waiting"
    reason: str | None = None
    source: str | None = None
    account_id: UUID | None = None
    amount_from: int | None = None
    amount_to: int | None = None
    booked_from: date | None = None
    booked_to: date | None = None
    iban_index: bytes | None = None
    ending_indexes: Sequence[bytes] = ()
    assigned_to: str | None = None
    unassigned: bool = False
    customer_ids: frozenset[UUID] | None = None
    invoice_ids: frozenset[UUID] | None = None


async def queue_page(
    session: AsyncSession, paging: Paging, wanted: QueueFilter, sort: str
) -> list[Queued]:
    by, downwards, read = SORTS[sort]
    key = tuple_(by, Payment.id)
    query = _from_queue(select(Payment, QueueMark), wanted)
    query = query.order_by(by.desc() if downwards else by.asc())
    query = query.order_by(Payment.id.desc() if downwards else Payment.id.asc())
    if paging.after:
        if len(paging.after) != 3 or paging.after[0] != sort:
            raise InvalidInput.field("cursor", "not a cursor of this list in this order")
        last = tuple_(literal(read(paging.after[1])), literal(UUID(paging.after[2])))
        query = query.where(key < last if downwards else key > last)
    rows = await session.execute(query.limit(paging.limit + 1))
    return [(row[0], row[1]) for row in rows]


def cursor(
    sort: str, booked_on: date, amount_minor: int, certainty: float, name: UUID
) -> tuple[Any, ...]:
    value: object = booked_on
    if sort in {"smallest", "largest"}:
        value = amount_minor
    elif sort == "surest":
        value = certainty
    return (sort, value, name)


def _from_queue(query: Columns, wanted: QueueFilter) -> Columns:
    return (
        query.select_from(Payment)
        .outerjoin(QueueMark, QueueMark.id == Payment.id)
        .where(Payment.queue_reason.is_not(None), *_conditions(wanted))
    )


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    is_held = _is_held(wanted.today)
    conditions: list[ColumnElement[bool]] = []
    if wanted.show != "all":
        conditions.append(is_held if wanted.show == "held" else ~is_held)
    for column, holds, value in (
        (Payment.queue_reason, eq, wanted.reason),
        (Payment.source, eq, wanted.source),
        (Payment.account_id, eq, wanted.account_id),
        (Payment.amount_minor, ge, wanted.amount_from),
        (Payment.amount_minor, le, wanted.amount_to),
        (Payment.booked_on, ge, wanted.booked_from),
        (Payment.booked_on, le, wanted.booked_to),
        (QueueMark.assigned_to, eq, wanted.assigned_to),
    ):
        if value is not None:
            conditions.append(holds(column, value))
    if wanted.unassigned:
        conditions.append(QueueMark.assigned_to.is_(None))
    if wanted.iban_index is not None:
        conditions.append(
            select(BankLine.id)
            .where(BankLine.id == Payment.line_id, BankLine.iban_index == wanted.iban_index)
            .exists()
        )
    if wanted.ending_indexes:
        conditions.append(from_account_ending(wanted.ending_indexes))
    if wanted.customer_ids is not None:
        conditions.append(_about(wanted.customer_ids, wanted.invoice_ids or frozenset()))
    return conditions


def _is_held(today: date) -> ColumnElement[bool]:
    """Put aside until a later day, or until the customer is billed."""
    return func.coalesce(QueueMark.held_until > today, False) | (Payment.queue_reason == CREDIT)


def _about(customer_ids: Collection[UUID], invoice_ids: Collection[UUID]) -> ColumnElement[bool]:
    """Theirs, or weighed by matching. Candidates of before the weighing name one invoice each."""
    owned = Payment.customer_id == any_(literal(list(customer_ids), UUIDS))
    if invoice_ids:
        shapes: list[Any] = [{"invoice_ids": [str(one)]} for one in sorted(invoice_ids)]
        shapes += [{"invoice_id": str(one)} for one in sorted(invoice_ids)]
    else:
        shapes = [{"customer_id": str(one)} for one in sorted(customer_ids)]
    return or_(owned, *(Payment.candidates.contains([shape]) for shape in shapes))


async def items_ending_in(session: AsyncSession, ending: str, limit: int) -> Sequence[OpenItem]:
    """Open items whose number ends in this: payers drop what comes before."""
    query = select(OpenItem).where(
        or_(OpenItem.number_key == ending, OpenItem.number_key.like(f"%{ending}"))
    )
    return (await session.scalars(query.limit(limit))).all()


@dataclass(frozen=True, slots=True)
class Count:
    reason: str
    currency: str
    waiting: int
    held: int
    assigned: int
    rest_minor: int
    oldest_on: date


async def counts(session: AsyncSession, today: date) -> list[Count]:
    """Per reason and currency; a held payment is not waiting."""
    is_held = _is_held(today)
    query = _from_queue(
        select(
            Payment.queue_reason,
            Payment.currency,
            func.count().filter(~is_held),
            func.count().filter(is_held),
            func.count().filter(QueueMark.assigned_to.is_not(None)),
            func.sum(Payment.amount_minor - Payment.allocated_minor),
            func.min(Payment.booked_on),
        ),
        QueueFilter(today=today, show="all"),
    )
    query = query.group_by(Payment.queue_reason, Payment.currency)
    query = query.order_by(Payment.queue_reason, Payment.currency)
    return [
        Count(str(reason), currency, waiting, held, assigned, int(rest), oldest)
        for reason, currency, waiting, held, assigned, rest, oldest in await session.execute(query)
    ]


async def marks(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, QueueMark]:
    rows = await session.scalars(
        select(QueueMark).where(QueueMark.id == any_(literal(list(ids), UUIDS)))
    )
    return {row.id: row for row in rows}


async def notes_of(session: AsyncSession, payment_ids: Collection[UUID]) -> Sequence[PaymentNote]:
    """In the order they were made."""
    query = select(PaymentNote).where(
        PaymentNote.payment_id == any_(literal(list(payment_ids), UUIDS))
    )
    return (await session.scalars(query.order_by(PaymentNote.id))).all()


def _credits(customer_ids: Collection[UUID]) -> Select[Payment]:
    return select(Payment).where(
        Payment.customer_id == any_(literal(list(customer_ids), UUIDS)),
        Payment.queue_reason.in_(CREDIT_REASONS),
        Payment.status.in_(("unallocated", "partly_allocated")),
    )


async def credits_of(session: AsyncSession, customer_id: UUID) -> Sequence[Payment]:
    """Money of this customer that nothing is left to pay with, oldest first."""
    return (await session.scalars(_credits([customer_id]).order_by(Payment.id))).all()


async def credits_from_link(
    session: AsyncSession, customer_id: UUID, link_id: UUID
) -> Sequence[Payment]:
    """As `credits_of`, of what came through the page behind one link."""
    query = _credits([customer_id]).join(
        ProviderPayment, ProviderPayment.id == Payment.provider_payment_id
    )
    return (await session.scalars(query.where(ProviderPayment.link_id == link_id))).all()


async def lock_credits(
    session: WriteSession, customer_ids: Collection[UUID], today: date
) -> Sequence[Payment]:
    """As `credits_of`, locked, without what a clerk put aside."""
    is_held = (
        select(QueueMark.id)
        .where(and_(QueueMark.id == Payment.id, QueueMark.held_until > today))
        .exists()
    )
    query = _credits(customer_ids).where(~is_held).order_by(Payment.id)
    return (await session.scalars(locked(query))).all()
