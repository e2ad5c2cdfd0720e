"""Cases with what happened in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import (
    Case,
    Charge,
    Customer,
    DecisionTaken,
    Step,
    StepClaim,
)
from services.collections.repository.ids import among
from shared.errors import NotFound
from shared.http.pages import Paging

_HISTORY = text(
    "SELECT before, after, actor, reason, changed_at FROM status_history"
    " WHERE subject_id = :subject ORDER BY id"
)


async def case(session: AsyncSession, case_id: UUID) -> Case:
    found = await session.get(Case, case_id)
    if found is None:
        raise NotFound("no case with this id")
    return found


async def case_of(session: AsyncSession, customer_id: UUID) -> Case | None:
    return (
        await session.scalars(select(Case).where(Case.customer_id == customer_id))
    ).one_or_none()


async def step(session: AsyncSession, step_id: UUID) -> Step:
    found = await session.get(Step, step_id)
    if found is None:
        raise NotFound("no step with this id")
    return found


async def page(
    session: AsyncSession,
    paging: Paging,
    *,
    status: str | None = None,
    customer_id: UUID | None = None,
) -> Sequence[Row[Case, str | None]]:
    """Cases with their customers' numbers, by case number; one more than asked tells of more."""
    query = (
        select(Case, Customer.number)
        .join(Customer, Customer.id == Case.customer_id, isouter=True)
        .order_by(Case.number)
        .limit(paging.limit + 1)
    )
    if status is not None:
        query = query.where(Case.status == status)
    if customer_id is not None:
        query = query.where(Case.customer_id == customer_id)
    if paging.after:
        query = query.where(Case.number > str(paging.after[0]))
    return (await session.execute(query)).all()


async def claims_of_step(session: AsyncSession, step_id: UUID | None) -> list[UUID]:
    if step_id is None:
        return []
    query = select(StepClaim.claim_id).where(StepClaim.step_id == step_id)
    return list(await session.scalars(query.order_by(StepClaim.claim_id)))


async def charges_of(session: AsyncSession, customer_id: UUID) -> Sequence[Charge]:
    query = select(Charge).where(Charge.customer_id == customer_id)
    return (await session.scalars(query.order_by(Charge.imposed_on, Charge.id))).all()


async def decisions_of(
    session: AsyncSession, customer_id: UUID, limit: int = 100
) -> Sequence[DecisionTaken]:
    """The newest first."""
    query = select(DecisionTaken).where(DecisionTaken.customer_id == customer_id)
    return (await session.scalars(query.order_by(DecisionTaken.id.desc()).limit(limit))).all()


async def history_of(session: AsyncSession, subject_id: UUID) -> Sequence[Row[*tuple[object, ...]]]:
    """Every change of status: before, after, who, why and when."""
    return (await session.execute(_HISTORY, {"subject": subject_id})).all()


async def last_steps(session: AsyncSession, case_ids: Collection[UUID]) -> dict[UUID, Step]:
    """The newest step of each case."""
    newest = (
        select(Step.id)
        .where(among(Step.case_id, case_ids))
        .add_columns(
            func.row_number()
            .over(partition_by=Step.case_id, order_by=(Step.taken_on.desc(), Step.id))
            .label("place")
        )
        .subquery()
    )
    query = select(Step).join(newest, newest.c.id == Step.id).where(newest.c.place == 1)
    return {step.case_id: step for step in await session.scalars(query)}
