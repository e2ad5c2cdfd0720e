"""What happened to a thing: its status changes, who made them, when and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.repository.parties import UUIDS
from shared.tables import status_history as table


@dataclass(frozen=True, slots=True)
class Change:
    noun: str
    subject_id: UUID
    before: str | None
    after: str
    actor: str
    reason: str
    changed_at: datetime


async def changes_of(session: AsyncSession, subject_ids: Collection[UUID]) -> Sequence[Change]:
    """In the order they happened."""
    rows = await session.execute(
        select(
            table.c.noun,
            table.c.subject_id,
            table.c.before,
            table.c.after,
            table.c.actor,
            table.c.reason,
            table.c.changed_at,
        )
        .where(table.c.subject_id == any_(literal(list(subject_ids), UUIDS)))
        .order_by(table.c.id)
    )
    return [Change(*row) for row in rows]
