"""What is owed as we know it, what came in, and what of it is meant for what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.domain.transitions import ALLOCATION_STATUSES, PAYMENT_STATUSES
from services.payments.models.declarative import Base
from shared.rows import one_of


class OpenItem(Base):
    """Billing's receivable at its highest version seen; the invoice's own facts may come later."""

    __tablename__ = "open_items"

    # The invoice's id.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[str]
    due_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    open_minor: Mapped[int]
    # The part of `open_minor` that is costs and interest, added after the invoice.
    costs_minor: Mapped[int | None]
    # Known once the invoice itself was told of.
    number: Mapped[str | None]
    number_key: Mapped[str | None]
    rf_reference: Mapped[str | None]
    payment_reference: Mapped[str | None]
    collection: Mapped[str | None]
    issued_on: Mapped[date | None]
    total_minor: Mapped[int | None]
    first_seen_at: Mapped[datetime]

    __table_args__ = (
        one_of("status", ("open", "settled", "credited", "written_off")),
        CheckConstraint("open_minor >= 0", name="never_negative"),
        Index(None, "customer_id", "status"),
        Index(None, "rf_reference"),
        Index(None, "payment_reference"),
        Index(None, "number_key"),
        Index("ix_open_items_first_seen_at", "creditor_id", "first_seen_at"),
        Index(
            "ix_open_items_to_collect",
            "creditor_id",
            "due_on",
            postgresql_where="status = 'open' AND collection = 'direct_debit'",
        ),
    )


class Hold(Base):
    """A dispute, an arrangement, or a case at the bailiff: its invoices are not debited."""

    __tablename__ = "holds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    kind: Mapped[str]
    active: Mapped[bool]
    # Text of UUIDs; none means all of the customer's.
    invoice_ids: Mapped[list[Any]] = mapped_column(JSONB)
    # What an arrangement asks: number, day and minor units of each instalment.
    instalments: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    # Whom to pay: name, and reference, phone and url as far as known.
    bailiff: Mapped[dict[str, Any] | None]

    __table_args__ = (
        one_of("kind", ("dispute", "arrangement", "bailiff")),
        Index("ix_holds_active", "customer_id", postgresql_where="active"),
    )


class Payment(Base):
    """Money that came in. `allocated_minor` is the part meant for invoices at this moment."""

    __tablename__ = "payments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[str]
    source: Mapped[str]
    customer_id: Mapped[UUID | None]
    amount_minor: Mapped[int]
    allocated_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    booked_on: Mapped[date]
    value_on: Mapped[date]
    account_id: Mapped[UUID | None]
    line_id: Mapped[UUID | None] = mapped_column(ForeignKey("bank_lines.id", ondelete="RESTRICT"))
    debit_id: Mapped[UUID | None]
    provider_payment_id: Mapped[UUID | None]
    return_code: Mapped[str | None]
    # Why a person is to look at it; null when there is nothing left to do.
    queue_reason: Mapped[str | None]
    candidates: Mapped[list[dict[str, Any]]]
    # When matching was last tried: what became known since may decide it.
    tried_at: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("status", PAYMENT_STATUSES),
        one_of("source", ("bank", "direct_debit", "provider")),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("allocated_minor BETWEEN 0 AND amount_minor", name="allocated"),
        Index(
            "ix_payments_queue", "creditor_id", "id", postgresql_where="queue_reason IS NOT NULL"
        ),
        Index(None, "customer_id"),
        Index(
            "ix_payments_with_rest",
            "customer_id",
            postgresql_where="queue_reason IS NOT NULL AND customer_id IS NOT NULL",
        ),
        Index(None, "line_id"),
        Index(None, "account_id", "status"),
        Index(
            "uq_payments_debit_id",
            "debit_id",
            unique=True,
            postgresql_where="debit_id IS NOT NULL",
        ),
        Index(
            "uq_payments_provider_payment_id",
            "provider_payment_id",
            unique=True,
            postgresql_where="provider_payment_id IS NOT NULL",
        ),
    )


class Allocation(Base):
    """A part of a payment meant for an invoice. Taken back by status, never by deletion."""

    __tablename__ = "allocations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    invoice_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    status: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    # What a collector withheld for its work: the invoice is relieved of it too.
    fee_minor: Mapped[int | None]
    matched_by: Mapped[str]
    # The rule that ordered the claims when the payer left it open, such as `bw_6_43@1992-01-01`.
    order_rule: Mapped[str | None]
    # A small difference that is not asked for any more: the invoice is settled with it.
    written_off_minor: Mapped[int | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("status", ALLOCATION_STATUSES),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("fee_minor > 0", name="fee"),
        CheckConstraint("written_off_minor > 0", name="written_off"),
        Index(None, "payment_id"),
        # What billing's balance does not know of yet.
        Index(
            "ix_allocations_unsettled",
            "invoice_id",
            postgresql_where="status IN ('proposed', 'undoing')",
        ),
        Index(None, "invoice_id"),
    )
