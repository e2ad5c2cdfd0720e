"""What the other services told: creditors, customers, claims, and money on its way.

Order across topics is never assumed: a row can stand with unknown parts until the event that
fills them comes. `version` keeps the newest truth whatever the order.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from services.collections.models.declarative import Base
from shared.rows import one_of

CLAIM_STATUSES = ("open", "settled", "credited", "written_off")
DEBIT_STATUSES = ("submitted", "collected", "returned")
MOVEMENT_KINDS = ("payment", "credit", "write_off", "reclaim")


class Creditor(Base):
    __tablename__ = "creditors"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    jurisdiction: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    time_zone: Mapped[str]
    language: Mapped[str]

    __table_args__ = (one_of("jurisdiction", ("NL", "DE", "PL")),)


class BankAccount(Base):
    """An account of the creditor, as far as its statements tell whether somebody paid."""

    __tablename__ = "bank_accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    known_until: Mapped[datetime | None]
    # Customers pay to it. `version` is that of the change that said so, 0 before any.
    collects: Mapped[bool]
    version: Mapped[int]


class Customer(Base):
    """Version 0: only the id is known yet. `look_since`: something changed, look again."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    number: Mapped[str | None]
    kind: Mapped[str | None]
    language: Mapped[str | None]
    name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    has_email: Mapped[bool] = mapped_column(Boolean, server_default=false())
    # A keyed hash over e-mail and address: tells that one changed, not what it is.
    contact_hash: Mapped[bytes | None]
    contact_changed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    look_since: Mapped[datetime | None]
    # The trace of what changed, for what comes of the look.
    look_trace: Mapped[str | None]

    __table_args__ = (
        one_of("kind", ("consumer", "business")),
        Index(None, "creditor_id", "number"),
        Index("ix_customers_look", "creditor_id", postgresql_where="look_since IS NOT NULL"),
    )


class Claim(Base):
    """An invoice and what is open of it. Parts only InvoiceIssued tells are null until it comes."""

    __tablename__ = "claims"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    contract_id: Mapped[UUID | None]
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    total_minor: Mapped[int | None]
    rf_reference: Mapped[str | None]
    payment_reference: Mapped[str | None]
    collection: Mapped[str | None]
    version: Mapped[int]
    status: Mapped[str]
    due_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    open_principal_minor: Mapped[int]
    open_costs_minor: Mapped[int]
    open_interest_minor: Mapped[int]
    # Interest was claimed once: later payments bring what ran on since then.
    interest_claimed: Mapped[bool] = mapped_column(Boolean, server_default=false())

    __table_args__ = (
        one_of("status", CLAIM_STATUSES),
        Index(None, "customer_id"),
        Index("ix_claims_open", "creditor_id", "due_on", postgresql_where="status = 'open'"),
    )


class Movement(Base):
    """A payment, credit, write-off or refund reclaimed on a claim, as billing booked it.

    `effective_on` is null while only the reversal is known.
    """

    __tablename__ = "movements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    claim_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    kind: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    effective_on: Mapped[date | None]
    reversed: Mapped[bool]
    recorded_at: Mapped[datetime]

    __table_args__ = (one_of("kind", MOVEMENT_KINDS), Index(None, "claim_id"))


class Debit(Base):
    """A direct debit: in flight until it is collected or returned.

    `at_fault`: it came back for a reason that does not concern the debtor; null while payments has
    not said why. A clerk mends it (`mended_at`), or the next debit of the claim does.
    """

    __tablename__ = "debits"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    claim_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    status: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    collect_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    return_code: Mapped[str | None]
    at_fault: Mapped[bool | None]
    next_action: Mapped[str | None]
    mended_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("status", DEBIT_STATUSES),
        Index(None, "claim_id"),
        Index(
            "ix_debits_to_mend", "customer_id", postgresql_where="at_fault AND mended_at IS NULL"
        ),
    )


class ProviderPayment(Base):
    """A payer at the provider's page: money may come until it ended or expired."""

    __tablename__ = "provider_payments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    claim_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]

    __table_args__ = (
        one_of("outcome", ("paid", "failed", "expired", "cancelled")),
        Index(None, "claim_id"),
    )
