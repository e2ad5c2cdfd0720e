"""Work for a person, with its reason and the next action."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.collections.domain import worklist
from services.collections.domain.transition import statuses
from services.collections.models.declarative import Base
from shared.rows import one_of


class WorklistItem(Base):
    __tablename__ = "worklist_items"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    # What it is about: a step, an arrangement, a dispute, a charge.
    subject_id: Mapped[UUID | None]
    kind: Mapped[str]
    status: Mapped[str]
    reason_code: Mapped[str]
    figures: Mapped[dict[str, Any]]
    created_on: Mapped[date]
    due_on: Mapped[date | None]
    not_before: Mapped[date | None]
    # The number of this try, for somebody who could not be reached.
    attempt: Mapped[int] = mapped_column(server_default=text("1"))
    assigned_to: Mapped[str | None]
    outcome: Mapped[str | None]
    note_sealed: Mapped[bytes | None]
    finished_at: Mapped[datetime | None]
    finished_by: Mapped[str | None]

    __table_args__ = (
        one_of("kind", worklist.NEXT_ACTIONS),
        one_of("status", statuses(worklist.TRANSITIONS)),
        Index(None, "customer_id"),
        Index("ix_worklist_items_open", "creditor_id", postgresql_where="finished_at IS NULL"),
    )
