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

SCHEMES = ("core", "b2b")


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
    scheme: Mapped[str] = mapped_column(server_default="core")
    # Four eyes: who planned it does not release it. Null in what was planned before that was kept.
    planned_by: Mapped[str | None]
    released_by: Mapped[str | None]
    # Who collects, as the file says it: fixed at the release.
    collected_by: Mapped[dict[str, Any] | None]
    # What the bank's status report said of the whole file (pain.002 group status).
    bank_status: Mapped[str | None]

    __table_args__ = (one_of("status", BATCH_STATUSES), one_of("scheme", SCHEMES))


class Debit(Base):
    """One collection from one account for one invoice."""

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
    # Fixed at the release: which `PmtInf` of the file it is in, and what the file says of it,
    # sealed with the customer's key.
    group_id: Mapped[UUID | None]
    sequence_type: Mapped[str | None]
    order_sealed: Mapped[bytes | None]

    __table_args__ = (
        one_of("status", DEBIT_STATUSES),
        one_of("sequence_type", ("FRST", "RCUR", "OOFF", "FNAL")),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index(None, "batch_id"),
        Index(None, "group_id"),
        Index(None, "customer_id"),
        Index(None, "invoice_id"),
        # An invoice is in flight once at most.
        Index(
            "uq_debits_in_flight",
            "invoice_id",
            unique=True,
            postgresql_where="status IN ('planned', 'submitted')",
        ),
        # A mandate's only or last collection is in flight once at most.
        Index(
            "uq_debits_ending_in_flight",
            "mandate_id",
            unique=True,
            postgresql_where="status = 'submitted' AND sequence_type IN ('OOFF', 'FNAL')",
        ),
    )
