"""Changes over a set of rows that are one UPDATE each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, update

from services.collections.models import Claim, Hold, Step, WorklistItem
from services.collections.repository.ids import among
from shared.db import WriteSession, scope_of


async def mark_interest_claimed(session: WriteSession, claim_ids: Collection[UUID]) -> None:
    if claim_ids:
        await session.execute(
            update(Claim)
            .where(among(Claim.id, claim_ids))
            .values(interest_claimed=True)
            .execution_options(synchronize_session=False)
        )


async def drop_work(session: WriteSession, item_ids: Collection[UUID], now: datetime) -> None:
    """What these items were made for went away by itself."""
    if item_ids:
        await session.execute(
            update(WorklistItem)
            .where(among(WorklistItem.id, item_ids), WorklistItem.finished_at.is_(None))
            .values(status="dropped", finished_at=now)
            .execution_options(synchronize_session=False)
        )


async def finish_work(session: WriteSession, item_id: UUID, outcome: str, now: datetime) -> None:
    """What the item asked for was done elsewhere."""
    await session.execute(
        update(WorklistItem)
        .where(WorklistItem.id == item_id, WorklistItem.finished_at.is_(None))
        .values(
            status="done",
            outcome=outcome,
            finished_at=now,
            finished_by=scope_of(session).actor,
        )
        .execution_options(synchronize_session=False)
    )


async def drop_steps(session: WriteSession, step_ids: Collection[UUID]) -> None:
    """Tasks nobody did and nobody needs to: they never counted and can come again."""
    if step_ids:
        await session.execute(
            update(Step)
            .where(among(Step.id, step_ids), Step.status.in_(("taken", "proposed")))
            .values(status="dropped")
            .execution_options(synchronize_session=False)
        )


async def expire_holds(session: WriteSession, today: date) -> Sequence[Row[UUID, UUID, str]]:
    """End the holds whose last day has passed; returns id, customer and kind of each."""
    result = await session.execute(
        update(Hold)
        .where(Hold.status == "active", Hold.until_on < today)
        .values(status="expired")
        .returning(Hold.id, Hold.customer_id, Hold.kind)
        .execution_options(synchronize_session=False)
    )
    return result.all()
