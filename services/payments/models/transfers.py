"""Money going out: credit transfers, their files, what banks report, and the limits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.domain.transitions import TRANSFER_STATUSES
from services.payments.models.declarative import Base
from shared.rows import one_of

TRANSFER_KINDS = ("refund", "return_to_sender", "levy")


class SepaSettings(Base):
    """A creditor's own rules for direct debits and transfers; defaults where there is no row."""

    __tablename__ = "sepa_settings"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    notice: Mapped[str]
    notice_days: Mapped[int]
    marks_first: Mapped[bool]
    # The highest amount a role approves, in minor units of the creditor's currency; null: any.
    clerk_limit_minor: Mapped[int | None]
    supervisor_limit_minor: Mapped[int | None]
    duplicate_days: Mapped[int]

    __table_args__ = (one_of("notice", ("invoice", "event")),)


class TransferFile(Base):
    """One pain.001 file. `paid_by` is the creditor and its account as the file says it.

    To whom it goes is sealed with the creditor's key, like bank files as they came: an order is
    carried out, and kept as long as the books are, whoever is forgotten after it was given.
    """

    __tablename__ = "transfer_files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    execute_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    transfer_count: Mapped[int]
    total_minor: Mapped[int]
    paid_by: Mapped[dict[str, Any]]
    # Null in what was made before that was kept.
    payees_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class Transfer(Base):
    """One credit transfer: a refund out of a payment's rest, or a levy handed on."""

    __tablename__ = "transfers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    kind: Mapped[str]
    status: Mapped[str]
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"))
    customer_id: Mapped[UUID | None]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    # Payee, account and text, sealed with the key of `sealed_for`; the account's keyed hash, until
    # the customer is forgotten.
    sealed_for: Mapped[UUID]
    payee_sealed: Mapped[bytes | None]
    iban_index: Mapped[bytes | None]
    # Whether the payee's name is the account holder's, as far as somebody could tell.
    name_check: Mapped[str]
    # Why the payment was queued: it is so again when the transfer comes to nothing.
    queue_reason: Mapped[str | None]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    file_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("transfer_files.id", ondelete="RESTRICT")
    )
    line_id: Mapped[UUID | None]
    executed_on: Mapped[date | None]
    # Who said that it was executed, and why; none where the bank's own words did.
    executed_by: Mapped[str | None]
    executed_reason: Mapped[str | None]

    __table_args__ = (
        one_of("kind", TRANSFER_KINDS),
        one_of("status", TRANSFER_STATUSES),
        one_of("name_check", ("match", "close", "no_match", "unknown")),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("(kind = 'levy') = (payment_id IS NULL)", name="payment"),
        Index(None, "payment_id"),
        Index(None, "customer_id"),
        Index(None, "file_id"),
        Index(None, "creditor_id", "status"),
        Index(None, "iban_index"),
    )


class StatusReport(Base):
    """A pain.002 file as it came, sealed with the creditor's key, and what it was answered."""

    __tablename__ = "status_reports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    sha256: Mapped[bytes]
    content_sealed: Mapped[bytes]
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    result: Mapped[dict[str, Any]]

    __table_args__ = (UniqueConstraint("creditor_id", "sha256"),)
