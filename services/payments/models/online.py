"""Payments through the provider: what was begun, how it ended, and what was paid out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.domain.payouts import PART_KINDS, SETTLEMENT_STATUSES
from services.payments.domain.transitions import PROVIDER_PAYMENT_STATUSES
from services.payments.domain.webhook_events import WEBHOOK_EVENT_STATUSES
from services.payments.models.declarative import Base
from shared.rows import one_of


class ProviderPayment(Base):
    """A payer's visit to the provider. Its id is the idempotency key of the creation."""

    __tablename__ = "provider_payments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    # The link it was begun from, and what it is for: the oldest invoice, and all in their order.
    link_id: Mapped[UUID | None]
    invoice_id: Mapped[UUID]
    invoice_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    customer_id: Mapped[UUID]
    status: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    return_url: Mapped[str]
    # The provider's id (`tr_...`); null while the creation has no outcome.
    provider_id: Mapped[str | None]
    checkout_url: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    checked_at: Mapped[datetime]
    # When the provider was last asked to end it, because something took its place.
    withdraw_asked_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("status", PROVIDER_PAYMENT_STATUSES),
        CheckConstraint("amount_minor > 0", name="amount"),
        UniqueConstraint("creditor_id", "provider_id"),
        Index(None, "invoice_id"),
        Index(None, "link_id"),
        Index(
            "ix_provider_payments_pending",
            "creditor_id",
            "checked_at",
            postgresql_where="status IN ('created', 'unknown', 'open')",
        ),
    )


class ProviderReversal(Base):
    """Money of a visit that went back, or came again after that: by how much, of which payment."""

    __tablename__ = "provider_reversals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    provider_payment_id: Mapped[UUID] = mapped_column(
        ForeignKey("provider_payments.id", ondelete="RESTRICT")
    )
    # The payment that was lowered; of what came again the payment it was booked as.
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    booked_on: Mapped[date]
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("kind", ("taken", "reinstated")),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index(None, "provider_payment_id"),
        Index(None, "payment_id"),
    )


class ProviderPayout(Base):
    """Money a provider moved to the bank account, as the statement shows it."""

    __tablename__ = "provider_payouts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    provider: Mapped[str] = mapped_column(server_default="mollie")
    line_id: Mapped[UUID]
    reference: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    booked_on: Mapped[date]

    __table_args__ = (UniqueConstraint("line_id"), Index(None, "creditor_id", "reference"))


class PayoutSettlement(Base):
    """What the provider says a payout was made of, held against our books."""

    __tablename__ = "payout_settlements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("provider_payouts.id", ondelete="RESTRICT"))
    # The provider's id of it.
    settlement_id: Mapped[str | None]
    status: Mapped[str]
    reason: Mapped[str | None]
    # What the provider charges; counts once agreed or accepted.
    fee_minor: Mapped[int]
    # What is missing beyond the fee (negative: what is too much); counts once accepted. None where
    # nobody can tell, as long as no person said so.
    difference_minor: Mapped[int | None]
    # The payout's amount in the provider's words; none while it told nothing.
    told_minor: Mapped[int | None]
    # Which parts do not fit our books, as last looked at.
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    currency: Mapped[str] = mapped_column(String(3))
    checked_at: Mapped[datetime]

    __table_args__ = (
        one_of("status", SETTLEMENT_STATUSES),
        CheckConstraint("fee_minor >= 0", name="fee"),
        UniqueConstraint("payout_id"),
    )


class PayoutPart(Base):
    """What an agreed payout is made of: the parts and the fee (negative) sum to its amount."""

    __tablename__ = "payout_parts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("provider_payouts.id", ondelete="RESTRICT"))
    position: Mapped[int]
    kind: Mapped[str]
    # The provider's id of the payment, and ours.
    provider_id: Mapped[str | None]
    payment_id: Mapped[UUID | None]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))

    __table_args__ = (
        one_of("kind", PART_KINDS),
        UniqueConstraint("payout_id", "position"),
        Index(None, "payment_id"),
    )


class WebhookEvent(Base):
    """One thing a provider told us, kept as it came until it was worked on, and after."""

    __tablename__ = "webhook_events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    provider: Mapped[str]
    # The provider's id of it; of a refused one the hash of its body.
    event_id: Mapped[str]
    type: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    payment: Mapped[str | None]
    reference: Mapped[str | None]
    amount_minor: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    occurred_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    # How often it was told; work on an earlier telling does not count as work on a later one.
    heard: Mapped[int]
    tries: Mapped[int]
    try_at: Mapped[datetime]
    body_sealed: Mapped[bytes]

    __table_args__ = (
        one_of("status", WEBHOOK_EVENT_STATUSES),
        UniqueConstraint("creditor_id", "provider", "event_id"),
        Index(
            "ix_webhook_events_due",
            "creditor_id",
            "try_at",
            postgresql_where="status IN ('received', 'waiting')",
        ),
        Index(None, "creditor_id", "status", "id"),
        # All that was told of one payment.
        Index(
            "ix_webhook_events_told",
            "provider",
            "payment",
            postgresql_where="kind NOT IN ('changed', 'other')",
        ),
    )
