"""Everything known about many customers at once: one statement per kind of row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.collections.models import (
    Arrangement,
    ArrangementInstalment,
    Case,
    Charge,
    Claim,
    CustomerFlag,
    Debit,
    DecisionTaken,
    Dispute,
    Hold,
    Movement,
    ProviderPayment,
    Step,
    StepClaim,
    WorklistItem,
)
from services.collections.repository.ids import among

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows about the asked customers, of all of them together."""

    claims: list[Claim]
    cases: list[Case]
    steps: list[tuple[Step, list[UUID]]]
    charges: list[Charge]
    movements: list[Movement]
    debits: list[Debit]
    provider_payments: list[ProviderPayment]
    disputes: list[Dispute]
    holds: list[Hold]
    flags: list[CustomerFlag]
    arrangements: list[Arrangement]
    instalments: list[ArrangementInstalment]
    work: list[WorklistItem]
    decisions: list[DecisionTaken]


async def rows_about(session: AsyncSession, customer_ids: Collection[UUID]) -> Rows:
    """Claims still open or bearing interest; of agreements what is in force; of steps all."""
    claims = await _claims(session, customer_ids)
    arrangements = await _of(session, Arrangement.customer_id, customer_ids, Arrangement)
    claim_ids = {claim.id for claim in claims}
    claim_ids.update(claim for row in arrangements for claim in row.claim_ids)
    return Rows(
        claims=claims,
        cases=await _of(session, Case.customer_id, customer_ids, Case),
        steps=await steps_of(session, customer_ids),
        charges=await _of(session, Charge.customer_id, customer_ids, Charge),
        movements=await _of(session, Movement.claim_id, claim_ids, Movement),
        debits=await _of(session, Debit.claim_id, claim_ids, Debit),
        provider_payments=await _of(session, ProviderPayment.claim_id, claim_ids, ProviderPayment),
        disputes=await _of(session, Dispute.customer_id, customer_ids, Dispute),
        holds=await _of(session, Hold.customer_id, customer_ids, Hold),
        flags=await _of(session, CustomerFlag.customer_id, customer_ids, CustomerFlag),
        arrangements=arrangements,
        instalments=await _instalments(session, arrangements),
        work=await _open_work(session, customer_ids),
        decisions=await _last_decisions(session, customer_ids),
    )


async def steps_of(
    session: AsyncSession, customer_ids: Collection[UUID]
) -> list[tuple[Step, list[UUID]]]:
    """Each step with its claims, in the order they were taken."""
    covered = (
        select(func.array_agg(StepClaim.claim_id))
        .where(StepClaim.step_id == Step.id)
        .scalar_subquery()
    )
    query = select(Step, covered).where(among(Step.customer_id, customer_ids))
    rows = await session.execute(query.order_by(Step.taken_on, Step.id))
    return [(step, claim_ids or []) for step, claim_ids in rows]


async def movements_on(session: AsyncSession, claim_ids: Collection[UUID]) -> Sequence[Movement]:
    return await _of(session, Movement.claim_id, claim_ids, Movement)


async def _claims(session: AsyncSession, customer_ids: Collection[UUID]) -> list[Claim]:
    query = select(Claim).where(
        among(Claim.customer_id, customer_ids),
        or_(Claim.status == "open", Claim.interest_claimed),
    )
    return list(await session.scalars(query.order_by(Claim.due_on, Claim.id)))


async def _instalments(
    session: AsyncSession, arrangements: Iterable[Arrangement]
) -> list[ArrangementInstalment]:
    active = [row.id for row in arrangements if row.status == "active"]
    return await _of(session, ArrangementInstalment.arrangement_id, active, ArrangementInstalment)


async def _open_work(session: AsyncSession, customer_ids: Collection[UUID]) -> list[WorklistItem]:
    query = select(WorklistItem).where(
        among(WorklistItem.customer_id, customer_ids), WorklistItem.finished_at.is_(None)
    )
    return list(await session.scalars(query.order_by(WorklistItem.id)))


async def _last_decisions(
    session: AsyncSession, customer_ids: Collection[UUID]
) -> list[DecisionTaken]:
    query = (
        select(DecisionTaken)
        .ext(distinct_on(DecisionTaken.customer_id))
        .where(among(DecisionTaken.customer_id, customer_ids))
        .order_by(DecisionTaken.customer_id, DecisionTaken.id.desc())
    )
    return list(await session.scalars(query))


async def _of(
    session: AsyncSession,
    column: InstrumentedAttribute[UUID],
    ids: Collection[UUID],
    model: type[R],
) -> list[R]:
    if not ids:
        return []
    return list(await session.scalars(select(model).where(among(column, ids))))
