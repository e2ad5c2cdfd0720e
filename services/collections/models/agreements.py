"""What holds dunning back: arrangements, disputes, holds, and what is known of the customer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.collections.domain import arrangement, dispute, hold
from services.collections.domain.facts import FlagKind
from services.collections.domain.transition import statuses
from services.collections.models.declarative import Base
from shared.rows import one_of


class Arrangement(Base):
    """A payment arrangement (betalingsregeling). `total_minor`: what was open when agreed."""

    __tablename__ = "arrangements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    number: Mapped[str]
    status: Mapped[str]
    claim_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int]
    agreed_on: Mapped[date]
    agreed_at: Mapped[datetime]
    # One object for each warning: the `number` of the instalment and the day `warned_on`.
    warnings: Mapped[list[dict[str, Any]]]
    ended_on: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("creditor_id", "number"),
        one_of("status", statuses(arrangement.TRANSITIONS)),
        Index(None, "customer_id"),
        Index("ix_arrangements_active", "creditor_id", postgresql_where="status = 'active'"),
    )


class ArrangementInstalment(Base):
    __tablename__ = "arrangement_instalments"

    arrangement_id: Mapped[UUID] = mapped_column(
        ForeignKey("arrangements.id", ondelete="RESTRICT"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    due_on: Mapped[date]
    amount_minor: Mapped[int]


class Dispute(Base):
    """A dispute or complaint over some invoices; what the customer wrote is encrypted."""

    __tablename__ = "disputes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    number: Mapped[str]
    status: Mapped[str]
    claim_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    reason: Mapped[str]
    text_sealed: Mapped[bytes | None]
    opened_on: Mapped[date]
    resolved_on: Mapped[date | None]
    resolved_at: Mapped[datetime | None]
    explanation_sealed: Mapped[bytes | None]

    __table_args__ = (
        UniqueConstraint("creditor_id", "number"),
        one_of("status", statuses(dispute.TRANSITIONS)),
        Index(None, "customer_id"),
    )


class Hold(Base):
    """A pause. `claim_ids` null: all of the customer's; `until_on` null: until it is lifted."""

    __tablename__ = "holds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    status: Mapped[str]
    kind: Mapped[str]
    claim_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    until_on: Mapped[date | None]
    reason_sealed: Mapped[bytes | None]
    placed_on: Mapped[date]

    __table_args__ = (
        one_of("status", statuses(hold.TRANSITIONS)),
        one_of("kind", ("clerk", "promise", "move", "other")),
        Index(None, "customer_id"),
    )


class CustomerFlag(Base):
    """Something that changes who may be asked for money. Which, since when; no detail is held."""

    __tablename__ = "customer_flags"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    status: Mapped[str]
    kind: Mapped[str]
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    administrator_known: Mapped[bool]

    __table_args__ = (
        one_of("status", ("active", "lifted")),
        one_of("kind", FlagKind),
        Index(None, "customer_id"),
    )
