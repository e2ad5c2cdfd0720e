"""What clerks lay beside payments and payouts: who looks at it, until when, what was noted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.models.declarative import Base
from shared.rows import one_of

NOTE_KINDS = ("note", "hold", "release", "assign", "match", "undo")
PAYOUT_NOTE_KINDS = ("hold", "release", "assign", "accept", "reopen")


class QueueMark(Base):
    """Where a queued payment is: with which clerk, and put aside until when."""

    __tablename__ = "queue_marks"

    # The payment's id.
    id: Mapped[UUID] = mapped_column(
        ForeignKey("payments.id", ondelete="RESTRICT"), primary_key=True
    )
    creditor_id: Mapped[UUID]
    # The subject of the clerk's token.
    assigned_to: Mapped[str | None]
    held_until: Mapped[date | None]


class PaymentNote(Base):
    """What somebody did or wrote, with the text sealed. Never changed but for its seal."""

    __tablename__ = "payment_notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    actor: Mapped[str]
    # Figures and ids alone, such as `until` of a hold.
    detail: Mapped[dict[str, Any]]
    # Whose key seals the text: the customer's when known, the creditor's own otherwise.
    sealed_for: Mapped[UUID]
    text_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]

    __table_args__ = (one_of("kind", NOTE_KINDS), Index(None, "payment_id"))


class PayoutMark(Base):
    """As `QueueMark`, of a provider's payout."""

    __tablename__ = "payout_marks"

    # The payout's id.
    id: Mapped[UUID] = mapped_column(
        ForeignKey("provider_payouts.id", ondelete="RESTRICT"), primary_key=True
    )
    creditor_id: Mapped[UUID]
    assigned_to: Mapped[str | None]
    held_until: Mapped[date | None]


class PayoutNote(Base):
    """What somebody did with a payout, and why, sealed with the creditor's key. Append-only."""

    __tablename__ = "payout_notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("provider_payouts.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    actor: Mapped[str]
    # Figures alone, such as `difference_minor` of what was accepted.
    detail: Mapped[dict[str, Any]]
    text_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]

    __table_args__ = (one_of("kind", PAYOUT_NOTE_KINDS), Index(None, "payout_id"))


class DeskSettings(Base):
    """How a creditor wants its queue worked. No row: the defaults of `domain.desk`."""

    __tablename__ = "desk_settings"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    credit_to_next_invoice: Mapped[bool]
    # What a clerk may give up by hand per payment, in minor units of the creditor's currency.
    clerk_write_off_max_minor: Mapped[int]

    __table_args__ = (CheckConstraint("clerk_write_off_max_minor >= 0", name="never_negative"),)
