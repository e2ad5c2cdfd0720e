"""Claims by id or by customer, for people who act on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import Claim
from services.collections.repository.ids import among


async def open_claims(session: AsyncSession, customer_id: UUID) -> Sequence[Claim]:
    """What a customer owes, oldest first; invoices not yet told of are left out."""
    query = (
        select(Claim)
        .where(Claim.customer_id == customer_id, Claim.status == "open", Claim.number.is_not(None))
        .order_by(Claim.due_on, Claim.number)
    )
    return (await session.scalars(query)).all()


async def claims_of(session: AsyncSession, claim_ids: Collection[UUID]) -> Sequence[Claim]:
    query = select(Claim).where(among(Claim.id, claim_ids)).order_by(Claim.due_on, Claim.number)
    return (await session.scalars(query)).all()


async def open_amounts(session: AsyncSession, customer_ids: Collection[UUID]) -> dict[UUID, int]:
    """Minor units open per customer over all invoices."""
    total = Claim.open_principal_minor + Claim.open_costs_minor + Claim.open_interest_minor
    query = (
        select(Claim.customer_id, func.sum(total))
        .where(among(Claim.customer_id, customer_ids), Claim.status == "open")
        .group_by(Claim.customer_id)
    )
    return {customer_id: int(minor) for customer_id, minor in await session.execute(query)}
