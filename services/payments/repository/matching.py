"""Open items, payments and allocations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, LargeBinary, Row, any_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.matching import Item
from services.payments.domain.transitions import ACTIVE_ALLOCATIONS
from services.payments.models import Allocation, BankLine, OpenItem, Payment
from services.payments.repository.locking import locked
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging
from shared.money import Money

# What billing's balance does not show yet: proposals lower it, undoings raise it again.
_RELIEVED = (
    Allocation.amount_minor
    + func.coalesce(Allocation.written_off_minor, 0)
    + func.coalesce(Allocation.fee_minor, 0)
)
_UNSETTLED = case((Allocation.status == "proposed", _RELIEVED), else_=-_RELIEVED)
# What matching looks at of an open item: of thousands, columns load twice as fast as rows.
ITEM = (
    OpenItem.id,
    OpenItem.customer_id,
    OpenItem.status,
    OpenItem.open_minor,
    OpenItem.currency,
    OpenItem.due_on,
    OpenItem.number_key,
    OpenItem.rf_reference,
    OpenItem.payment_reference,
    OpenItem.costs_minor,
)
UNSETTLED_OF_ITEM = (
    select(func.coalesce(func.sum(_UNSETTLED), 0))
    .where(
        Allocation.invoice_id == OpenItem.id,
        Allocation.status.in_(("proposed", "undoing")),
    )
    .correlate(OpenItem)
    .scalar_subquery()
    .label("unsettled_minor")
)
# An open item bears the time its transaction began and is seen when that commits.
_COMMIT_WITHIN = timedelta(minutes=2)


async def lock_candidates(session: WriteSession, *, ids: Collection[UUID]) -> list[Item]:
    """These open items, locked in the order of their ids, with what is left of each."""
    if not ids:
        return []
    wanted = OpenItem.id == any_(literal(list(ids), UUIDS))
    query = select(*ITEM).where(wanted).order_by(OpenItem.id)
    rows = (await session.execute(locked(query))).all()
    unsettled = await unsettled_minor(session, [row.id for row in rows])
    return [item_of(row, unsettled.get(row.id, 0)) for row in rows]


async def lock_known(
    session: WriteSession, known: Collection[Item], *, may_wait: bool
) -> dict[UUID, Item]:
    """Lock these in the order of their ids; returns those of which not the same is left any more.

    Without waiting, of what somebody else has at this moment nothing counts as left.
    """
    query = (
        select(OpenItem.id, OpenItem.open_minor, OpenItem.status, OpenItem.costs_minor)
        .where(OpenItem.id == any_(literal([item.id for item in known], UUIDS)))
        .order_by(OpenItem.id)
    )
    rows = await session.execute(locked(query, skip_locked=not may_wait))
    found = {id_: (minor, status, costs or 0) for id_, minor, status, costs in rows}
    unsettled = await unsettled_minor(session, found)
    changed = {}
    for item in known:
        open_minor, status, costs_minor = found.get(item.id, (0, item.status, item.costs_minor))
        left = max(0, open_minor - unsettled.get(item.id, 0))
        if left != item.available.minor:
            available = Money(left, item.available.currency)
            changed[item.id] = item._replace(
                available=available, status=status, costs_minor=costs_minor
            )
    return changed


async def unsettled_minor(session: AsyncSession, invoice_ids: Collection[UUID]) -> dict[UUID, int]:
    """Per invoice what was allocated and billing has not answered yet, less what was undone.

    Asked apart from the lock: a statement that waited for one does not see what came meanwhile.
    """
    if not invoice_ids:
        return {}
    rows = await session.execute(
        select(Allocation.invoice_id, func.sum(_UNSETTLED))
        .where(
            Allocation.invoice_id == any_(literal(list(invoice_ids), UUIDS)),
            Allocation.status.in_(("proposed", "undoing")),
        )
        .group_by(Allocation.invoice_id)
    )
    return {invoice_id: int(minor) for invoice_id, minor in rows}


async def paid_minor(session: AsyncSession, invoice_ids: Collection[UUID]) -> dict[UUID, int]:
    """Per invoice what came in for it, billing's answer awaited or not."""
    rows = await session.execute(
        select(Allocation.invoice_id, func.sum(Allocation.amount_minor))
        .where(
            Allocation.invoice_id == any_(literal(list(invoice_ids), UUIDS)),
            Allocation.status.in_(ACTIVE_ALLOCATIONS),
        )
        .group_by(Allocation.invoice_id)
    )
    return {invoice_id: int(minor) for invoice_id, minor in rows}


def item_of(row: OpenItem | Row[*tuple[Any, ...]], unsettled_minor: int) -> Item:
    return item_in([getattr(row, column.key) for column in ITEM], unsettled_minor)


def item_in(columns: Sequence[Any], unsettled_minor: int) -> Item:
    """An open item from the columns `ITEM` of it: of thousands, asked by place and not by name."""
    id_, customer_id, status, open_minor, currency, due_on, number, rf, payment, costs = columns
    return Item(
        id=id_,
        customer_id=customer_id,
        status=status,
        available=Money(max(0, open_minor - unsettled_minor), currency),
        due_on=due_on,
        number_key=number,
        rf_reference=rf,
        payment_reference=payment,
        costs_minor=costs or 0,
    )


async def open_items(
    session: AsyncSession,
    paging: Paging,
    *,
    customer_id: UUID | None = None,
    number: str | None = None,
    status: str | None = None,
) -> Sequence[OpenItem]:
    query = select(OpenItem).order_by(OpenItem.id).limit(paging.limit + 1)
    if customer_id is not None:
        query = query.where(OpenItem.customer_id == customer_id)
    if number is not None:
        query = query.where(OpenItem.number_key == number)
    if status is not None:
        query = query.where(OpenItem.status == status)
    if paging.after:
        query = query.where(OpenItem.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def open_items_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, OpenItem]:
    rows = await session.scalars(
        select(OpenItem).where(OpenItem.id == any_(literal(list(ids), UUIDS)))
    )
    return {row.id: row for row in rows}


async def open_items_of(
    session: AsyncSession, customer_ids: Collection[UUID], limit: int
) -> Sequence[OpenItem]:
    """What these customers owe, oldest first."""
    query = (
        select(OpenItem)
        .where(
            OpenItem.customer_id == any_(literal(list(customer_ids), UUIDS)),
            OpenItem.status == "open",
        )
        .order_by(OpenItem.due_on, OpenItem.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def lock_open_item(session: WriteSession, invoice_id: UUID) -> OpenItem:
    query = locked(select(OpenItem).where(OpenItem.id == invoice_id))
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("no open item for this invoice")
    return found


def from_account_ending(indexes: Collection[bytes]) -> ColumnElement[bool]:
    """Payments whose line came from an account with one of these endings, by their hashes."""
    lines = select(BankLine.id).where(
        BankLine.iban_ending_index == any_(literal(list(indexes), ARRAY(LargeBinary)))
    )
    return Payment.line_id.in_(lines)


async def payments(
    session: AsyncSession,
    paging: Paging,
    *,
    queue_only: bool = False,
    ending_indexes: Collection[bytes] = (),
    within: Mapping[str, tuple[Any, Any]] = MappingProxyType({}),
    **equal: Any,
) -> Sequence[Payment]:
    """One page; `equal` are columns and the values asked for, `within` the least and the most of
    a column (None: any)."""
    query = select(Payment).order_by(Payment.id).limit(paging.limit + 1)
    if ending_indexes:
        query = query.where(from_account_ending(ending_indexes))
    for column, value in equal.items():
        if value is not None:
            query = query.where(getattr(Payment, column) == value)
    for column, (least, most) in within.items():
        if least is not None:
            query = query.where(getattr(Payment, column) >= least)
        if most is not None:
            query = query.where(getattr(Payment, column) <= most)
    if queue_only:
        query = query.where(Payment.queue_reason.is_not(None))
    if paging.after:
        query = query.where(Payment.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def lock_payments(session: WriteSession, ids: Collection[UUID]) -> dict[UUID, Payment]:
    query = (
        select(Payment).where(Payment.id == any_(literal(list(ids), UUIDS))).order_by(Payment.id)
    )
    query = locked(query)
    return {row.id: row for row in await session.scalars(query)}


async def lock_payments_for(
    session: WriteSession, invoice_ids: Collection[UUID]
) -> dict[UUID, Payment]:
    """The payments of which something is allocated to these invoices."""
    query = select(Allocation.payment_id).where(
        Allocation.invoice_id == any_(literal(list(invoice_ids), UUIDS)),
        Allocation.status.in_(ACTIVE_ALLOCATIONS),
    )
    return await lock_payments(session, set(await session.scalars(query)))


async def lock_payment(session: WriteSession, payment_id: UUID) -> Payment:
    found = await lock_payments(session, [payment_id])
    if payment_id not in found:
        raise NotFound("no payment with this id")
    return found[payment_id]


async def lock_payments_of_debits(
    session: WriteSession, debit_ids: Collection[UUID]
) -> dict[UUID, Payment]:
    """By debit."""
    query = (
        select(Payment)
        .where(Payment.debit_id == any_(literal(list(debit_ids), UUIDS)))
        .order_by(Payment.id)
    )
    query = locked(query)
    return {row.debit_id: row for row in await session.scalars(query) if row.debit_id}


async def lock_undecided(session: WriteSession, limit: int) -> Sequence[Payment]:
    """Queued payments that no open item was found for, if one appeared since they were tried."""
    newest = select(func.max(OpenItem.first_seen_at)).scalar_subquery()
    query = (
        select(Payment)
        .where(
            Payment.queue_reason.in_(("no_match", "unknown_reference", "nothing_open")),
            Payment.status == "unallocated",
            Payment.tried_at <= newest + _COMMIT_WITHIN,
        )
        .order_by(Payment.tried_at, Payment.id)
        .limit(limit)
    )
    query = locked(query, skip_locked=True)
    return (await session.scalars(query)).all()


async def lock_allocations(session: WriteSession, ids: Collection[UUID]) -> dict[UUID, Allocation]:
    query = (
        select(Allocation)
        .where(Allocation.id == any_(literal(list(ids), UUIDS)))
        .order_by(Allocation.id)
    )
    query = locked(query)
    return {row.id: row for row in await session.scalars(query)}


async def lock_active_allocations(
    session: WriteSession, payment_ids: Collection[UUID]
) -> Sequence[Allocation]:
    query = (
        select(Allocation)
        .where(
            Allocation.payment_id == any_(literal(list(payment_ids), UUIDS)),
            Allocation.status.in_(ACTIVE_ALLOCATIONS),
        )
        .order_by(Allocation.id)
    )
    query = locked(query)
    return (await session.scalars(query)).all()


async def allocations_of(
    session: AsyncSession, payment_ids: Collection[UUID]
) -> dict[UUID, list[Allocation]]:
    """By payment, in the order they were made."""
    rows = await session.scalars(
        select(Allocation)
        .where(Allocation.payment_id == any_(literal(list(payment_ids), UUIDS)))
        .order_by(Allocation.id)
    )
    found: dict[UUID, list[Allocation]] = {}
    for row in rows:
        found.setdefault(row.payment_id, []).append(row)
    return found
