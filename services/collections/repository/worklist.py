"""The work that waits: light rows of all of it to put in order, whole rows of one page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Row, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import Claim, CustomerFlag, WorklistItem
from services.collections.repository.ids import among
from shared.db import WriteSession
from shared.errors import NotFound


async def waiting(
    session: AsyncSession, *, kind: str | None = None, assigned_to: str | None = None
) -> Sequence[Row[WorklistItem, int, bool]]:
    """Each unfinished item with the customer's open amount (minor units) and need for care."""
    open_minor = (
        select(
            func.coalesce(
                func.sum(
                    Claim.open_principal_minor + Claim.open_costs_minor + Claim.open_interest_minor
                ),
                0,
            )
        )
        .where(Claim.customer_id == WorklistItem.customer_id, Claim.status == "open")
        .scalar_subquery()
    )
    flagged = exists().where(
        CustomerFlag.customer_id == WorklistItem.customer_id, CustomerFlag.status == "active"
    )
    query = select(WorklistItem, open_minor, flagged).where(WorklistItem.finished_at.is_(None))
    if kind is not None:
        query = query.where(WorklistItem.kind == kind)
    if assigned_to is not None:
        query = query.where(WorklistItem.assigned_to == assigned_to)
    return (await session.execute(query)).all()


async def item(session: AsyncSession, item_id: UUID) -> WorklistItem:
    found = await session.get(WorklistItem, item_id)
    if found is None:
        raise NotFound("no work item with this id")
    return found


async def lock_item(session: WriteSession, item_id: UUID) -> WorklistItem:
    found = await session.get(WorklistItem, item_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("no work item with this id")
    return found


async def items_about(
    session: AsyncSession, customer_ids: Collection[UUID]
) -> Sequence[WorklistItem]:
    query = select(WorklistItem).where(among(WorklistItem.customer_id, customer_ids))
    return (await session.scalars(query.order_by(WorklistItem.created_on, WorklistItem.id))).all()
