"""Direct debits and the batches they travel in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.domain.transitions import BATCH_STATUSES, DEBIT_STATUSES
from services.payments.models.declarative import Base
from shared.rows import one_of


class DebitBatch(Base):
    """One pain.008 file: all its debits are collected on one day."""

    __tablename__ = "debit_batches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[str]
    due_by: Mapped[date]
    collect_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    # How many items were left out, by reason.
    left_out: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]

    __table_args__ = (one_of("status", BATCH_STATUSES),)


class Debit(Base):
    """One collection from one account for one invoice (SEPA Core, sequence type RCUR)."""

    __tablename__ = "debits"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("debit_batches.id", ondelete="RESTRICT"))
    mandate_id: Mapped[UUID] = mapped_column(ForeignKey("mandates.id", ondelete="RESTRICT"))
    invoice_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    status: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    collect_on: Mapped[date]
    return_code: Mapped[str | None]
    returned_on: Mapped[date | None]

    __table_args__ = (
        one_of("status", DEBIT_STATUSES),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index(None, "batch_id"),
        Index(None, "customer_id"),
        Index(None, "invoice_id"),
        # An invoice is in flight once at most.
        Index(
            "uq_debits_in_flight",
            "invoice_id",
            unique=True,
            postgresql_where="status IN ('planned', 'submitted')",
        ),
    )
