"""What banks took back of money they had credited, and what people did about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.domain.transitions import REVERSAL_STATUSES
from services.payments.models.declarative import Base
from shared.rows import one_of

REVERSAL_NOTE_KINDS = ("hold", "release", "assign", "settle", "dismiss")


class BankReversal(Base):
    """A line by which the bank took money back, positive here. Its line is `other` until it is
    settled, and a `return` from then on."""

    __tablename__ = "bank_reversals"

    # The line's id.
    id: Mapped[UUID] = mapped_column(
        ForeignKey("bank_lines.id", ondelete="RESTRICT"), primary_key=True
    )
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[str]
    # Why it waits for a person.
    reason: Mapped[str | None]
    account_id: Mapped[UUID]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    booked_on: Mapped[date]
    # The debit it names, of which it takes another amount than was collected.
    debit_id: Mapped[UUID | None]
    # What it may take back, likeliest first: `payment_id` and `facts`.
    candidates: Mapped[list[dict[str, Any]]]
    assigned_to: Mapped[str | None]
    held_until: Mapped[date | None]

    __table_args__ = (
        one_of("status", REVERSAL_STATUSES),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("(status = 'waiting') = (reason IS NOT NULL)", name="reason"),
        Index(
            "ix_bank_reversals_waiting",
            "creditor_id",
            "booked_on",
            postgresql_where="status = 'waiting'",
        ),
    )


class BankReversalPart(Base):
    """What a reversal took of one payment. Append-only."""

    __tablename__ = "bank_reversal_parts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    reversal_id: Mapped[UUID] = mapped_column(ForeignKey("bank_reversals.id", ondelete="RESTRICT"))
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        Index(None, "reversal_id"),
        Index(None, "payment_id"),
    )


class ReversalNote(Base):
    """As `PayoutNote`, of a bank's reversal. Append-only."""

    __tablename__ = "reversal_notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    reversal_id: Mapped[UUID] = mapped_column(ForeignKey("bank_reversals.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    actor: Mapped[str]
    # Ids and figures alone, such as the payments of what was settled.
    detail: Mapped[dict[str, Any]]
    text_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]

    __table_args__ = (one_of("kind", REVERSAL_NOTE_KINDS), Index(None, "reversal_id"))
