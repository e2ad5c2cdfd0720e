"""One sum for many debtors: who sends such sums, and the specifications that take them apart."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.domain.remittance import STRAY_PROBLEMS
from services.payments.domain.transitions import REMITTANCE_STATUSES
from services.payments.models.declarative import Base
from shared.rows import one_of


class RemittanceSender(Base):
    """A bailiff (deurwaarder) or debt-help office, and how its specifications are read."""

    __tablename__ = "remittance_senders"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    # The account its sums come from, as a keyed hash; the last four characters are shown.
    iban_index: Mapped[bytes]
    iban_ending: Mapped[str] = mapped_column(String(4))
    # See `domain.remittance.Layout`.
    layout: Mapped[dict[str, Any]]

    __table_args__ = (
        UniqueConstraint("creditor_id", "code"),
        UniqueConstraint("creditor_id", "iban_index"),
    )


class Remittance(Base):
    """A specification: its parts together are one line on the account (net of fees)."""

    __tablename__ = "remittances"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[str]
    sender_id: Mapped[UUID] = mapped_column(
        ForeignKey("remittance_senders.id", ondelete="RESTRICT")
    )
    sha256: Mapped[bytes]
    currency: Mapped[str] = mapped_column(String(3))
    gross_minor: Mapped[int]
    fee_minor: Mapped[int]
    net_minor: Mapped[int]
    part_count: Mapped[int]
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    received_by: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("status", REMITTANCE_STATUSES),
        CheckConstraint("gross_minor = fee_minor + net_minor AND fee_minor >= 0", name="sums"),
        CheckConstraint("(status = 'settled') = (payment_id IS NOT NULL)", name="payment"),
        # The same file may come again after it was cancelled.
        Index(
            "uq_remittances_sha256",
            "creditor_id",
            "sha256",
            unique=True,
            postgresql_where="status <> 'cancelled'",
        ),
        Index("ix_remittances_waiting", "sender_id", postgresql_where="status = 'waiting'"),
        Index(None, "payment_id"),
    )


class RemittancePart(Base):
    """One row of a specification, about one invoice."""

    __tablename__ = "remittance_parts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    remittance_id: Mapped[UUID] = mapped_column(ForeignKey("remittances.id", ondelete="RESTRICT"))
    line: Mapped[int]
    invoice_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    gross_minor: Mapped[int]
    fee_minor: Mapped[int]
    paid_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("fee_minor >= 0 AND fee_minor < gross_minor", name="amounts"),
        Index("ix_remittance_parts_remittance_id_line", "remittance_id", "line"),
    )


class RemittanceStray(Base):
    """A row of a specification that names no invoice of ours, until a person places it."""

    __tablename__ = "remittance_strays"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    remittance_id: Mapped[UUID] = mapped_column(ForeignKey("remittances.id", ondelete="RESTRICT"))
    line: Mapped[int]
    problem: Mapped[str]
    # As the sender wrote it, sealed with the creditor's own key.
    reference_sealed: Mapped[bytes | None]
    gross_minor: Mapped[int]
    fee_minor: Mapped[int]
    paid_on: Mapped[date | None]
    # What it became, and by whom.
    part_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("remittance_parts.id", ondelete="RESTRICT")
    )
    placed_by: Mapped[str | None]
    placed_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("problem", STRAY_PROBLEMS),
        CheckConstraint("fee_minor >= 0 AND fee_minor < gross_minor", name="amounts"),
        CheckConstraint(
            "(part_id IS NULL) = (placed_by IS NULL) AND (part_id IS NULL) = (placed_at IS NULL)",
            name="placed",
        ),
        UniqueConstraint("remittance_id", "line"),
    )
