"""Arrangements, disputes, holds and flags: one by id, or those of a customer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import (
    Arrangement,
    ArrangementInstalment,
    CustomerFlag,
    Dispute,
    Hold,
)
from services.collections.repository.ids import among
from shared.errors import NotFound
from shared.http.pages import Paging

N = TypeVar("N", Arrangement, Dispute, Hold, CustomerFlag)


async def arrangement(session: AsyncSession, arrangement_id: UUID) -> Arrangement:
    return await _one(session, Arrangement, arrangement_id, "arrangement")


async def dispute(session: AsyncSession, dispute_id: UUID) -> Dispute:
    return await _one(session, Dispute, dispute_id, "dispute")


async def hold(session: AsyncSession, hold_id: UUID) -> Hold:
    return await _one(session, Hold, hold_id, "hold")


async def flag(session: AsyncSession, flag_id: UUID) -> CustomerFlag:
    return await _one(session, CustomerFlag, flag_id, "flag")


async def arrangements_of(session: AsyncSession, customer_id: UUID) -> Sequence[Arrangement]:
    return await _all(session, Arrangement, customer_id)


async def disputes_of(session: AsyncSession, customer_id: UUID) -> Sequence[Dispute]:
    return await _all(session, Dispute, customer_id)


async def holds_of(session: AsyncSession, customer_id: UUID) -> Sequence[Hold]:
    return await _all(session, Hold, customer_id)


async def flags_of(session: AsyncSession, customer_id: UUID) -> Sequence[CustomerFlag]:
    return await _all(session, CustomerFlag, customer_id)


async def instalments_of(
    session: AsyncSession, arrangement_ids: Collection[UUID]
) -> Sequence[ArrangementInstalment]:
    query = (
        select(ArrangementInstalment)
        .where(among(ArrangementInstalment.arrangement_id, arrangement_ids))
        .order_by(ArrangementInstalment.arrangement_id, ArrangementInstalment.number)
    )
    return (await session.scalars(query)).all()


async def page(
    session: AsyncSession,
    model: type[N],
    paging: Paging,
    *,
    customer_id: UUID | None = None,
    status: str | None = None,
) -> Sequence[N]:
    """Newest first; one row more than asked tells that there is more."""
    query: Select[Any] = select(model).order_by(model.id.desc()).limit(paging.limit + 1)
    if customer_id is not None:
        query = query.where(model.customer_id == customer_id)
    if status is not None:
        query = query.where(model.status == status)
    if paging.after:
        query = query.where(model.id < UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def _one(session: AsyncSession, model: type[N], row_id: UUID, noun: str) -> N:
    row = await session.get(model, row_id)
    if row is None:
        raise NotFound(f"no {noun} with this id")
    return row


async def _all(session: AsyncSession, model: type[N], customer_id: UUID) -> Sequence[N]:
    query = select(model).where(model.customer_id == customer_id).order_by(model.id)
    return (await session.scalars(query)).all()
