"""Cases, the steps taken in them, the charges imposed, and why nothing more was done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.collections.domain import case, step
from services.collections.domain.transition import statuses
from services.collections.models.declarative import Base
from shared.rows import one_of

CHARGE_STATUSES = ("imposed", "posted", "rejected")
DECISION_KINDS = ("wait", "blocked", "close")


class NumberSeries(Base):
    """The next human number of a series; its row lock is held until the numbers are used."""

    __tablename__ = "number_series"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    next_number: Mapped[int]


class Case(Base):
    """One customer with something overdue; reopened when it comes again."""

    __tablename__ = "cases"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    number: Mapped[str]
    status: Mapped[str]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("customer_id"),
        UniqueConstraint("creditor_id", "number"),
        one_of("status", statuses(case.TRANSITIONS)),
        Index(None, "creditor_id", "status"),
    )


class Step(Base):
    """One rung taken for the claims in `step_claims`; rungs of one message share `message_id`."""

    __tablename__ = "steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="RESTRICT"))
    customer_id: Mapped[UUID]
    message_id: Mapped[UUID | None]
    code: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    taken_on: Mapped[date]
    policy: Mapped[str]
    reason_code: Mapped[str]
    figures: Mapped[dict[str, Any]]
    template: Mapped[str | None]
    wording: Mapped[str | None]
    # Collection costs without VAT: named by a letter, or imposed by a costs step.
    costs_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    # The letter a costs step rests on.
    letter_id: Mapped[UUID | None]
    # The road the policy wished for, and the one it took.
    wished_channel: Mapped[str | None]
    channel: Mapped[str | None]
    sent_on: Mapped[date | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]

    __table_args__ = (
        one_of("status", step.STATUSES),
        one_of("kind", ("message", "task", "costs")),
        Index(None, "customer_id"),
        Index(None, "case_id"),
        Index(None, "message_id"),
    )


class StepClaim(Base):
    __tablename__ = "step_claims"

    step_id: Mapped[UUID] = mapped_column(
        ForeignKey("steps.id", ondelete="RESTRICT"), primary_key=True
    )
    claim_id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]


class Charge(Base):
    """Costs or interest imposed on a claim; `posted` once billing has it on the open item."""

    __tablename__ = "charges"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    claim_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    step_id: Mapped[UUID | None]
    kind: Mapped[str]
    status: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    effective_on: Mapped[date]
    imposed_on: Mapped[date]
    ground: Mapped[str]
    rejection: Mapped[str | None]

    __table_args__ = (
        one_of("kind", ("costs", "interest")),
        one_of("status", CHARGE_STATUSES),
        Index(None, "customer_id"),
        Index(None, "claim_id"),
    )


class DecisionTaken(Base):
    """Why nothing (more) was done, noted when it differs from the time before."""

    __tablename__ = "decisions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    decided_at: Mapped[datetime]
    kind: Mapped[str]
    reason_code: Mapped[str]
    figures: Mapped[dict[str, Any]]
    until_on: Mapped[date | None]
    source: Mapped[str | None]

    __table_args__ = (one_of("kind", DECISION_KINDS), Index(None, "customer_id", "id"))
