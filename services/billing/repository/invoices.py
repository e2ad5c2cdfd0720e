"""Invoices, their open items, and their numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.billing.domain.open_item import Movement
from services.billing.domain.settlement import OpenItem
from services.billing.models import Invoice, Receivable
from services.billing.models import Movement as MovementRow
from shared.db import WriteSession, scope_of
from shared.errors import NotFound
from shared.http.pages import Paging

UUIDS = ARRAY(Uuid)

_TAKE = text(
    "INSERT INTO number_series (creditor_id, series, next_number)"
    " VALUES (:creditor, :series, 1 + CAST(:count AS bigint))"
    " ON CONFLICT (creditor_id, series) DO UPDATE"
    " SET next_number = number_series.next_number + CAST(:count AS bigint)"
    " RETURNING next_number - CAST(:count AS bigint)"
)


async def take_numbers(session: WriteSession, series: str, count: int) -> int:
    """The first of `count` consecutive numbers. The series is locked until the commit, and a
    rollback gives them back: that is what keeps it without gaps.
    """
    named = {"creditor": scope_of(session).creditor_id, "series": series, "count": count}
    return int((await session.execute(_TAKE, named)).scalar_one())


async def invoice(session: AsyncSession, invoice_id: UUID) -> Invoice:
    found = (await session.scalars(select(Invoice).where(Invoice.id == invoice_id))).one_or_none()
    if found is None:
        raise NotFound("no invoice with this id")
    return found


async def invoices(
    session: AsyncSession,
    paging: Paging,
    *,
    customer_id: UUID | None = None,
    number: str | None = None,
    status: str | None = None,
) -> Sequence[Invoice]:
    query = select(Invoice).order_by(Invoice.id).limit(paging.limit + 1)
    if customer_id is not None:
        query = query.where(Invoice.customer_id == customer_id)
    if number is not None:
        query = query.where(Invoice.number == number)
    if status is not None:
        query = query.join(Receivable, Receivable.id == Invoice.id).where(
            Receivable.status == status
        )
    if paging.after:
        query = query.where(Invoice.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def receivables_by_id(
    session: AsyncSession, invoice_ids: Collection[UUID]
) -> dict[UUID, Receivable]:
    query = select(Receivable).where(Receivable.id == any_(literal(list(invoice_ids), UUIDS)))
    return {row.id: row for row in await session.scalars(query)}


async def lock_open_items(
    session: WriteSession, invoice_ids: Collection[UUID]
) -> dict[UUID, OpenItem]:
    """The open items with all their movements; rows are locked in one order everywhere."""
    ids = literal(sorted(invoice_ids), UUIDS)
    rows = await session.execute(
        select(Receivable)
        .where(Receivable.id == any_(ids))
        .order_by(Receivable.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    items = {
        row.id: OpenItem(
            row.id, row.customer_id, row.version, row.due_on, row.currency, row.principal_minor, {}
        )
        for row in rows.scalars()
    }
    moved = await session.execute(
        select(
            MovementRow.id,
            MovementRow.invoice_id,
            MovementRow.kind,
            MovementRow.amount_minor,
            MovementRow.given_up_minor,
            MovementRow.fee_minor,
            MovementRow.effective_on,
            MovementRow.reversed_at,
        ).where(MovementRow.invoice_id == any_(ids))
    )
    for row in moved:
        if row.reversed_at is not None:
            items[row.invoice_id].reversed.add(row.id)
        else:
            items[row.invoice_id].movements[row.id] = Movement(
                row.id,
                row.kind,
                row.amount_minor,
                row.effective_on,
                row.given_up_minor,
                row.fee_minor,
            )
    return items
