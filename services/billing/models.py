"""Billing's rows. Every row carries its creditor; money is minor units beside a currency."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.billing.domain.customer import Kind
from services.billing.domain.run import DRAFT_STATUSES, RUN_STATUSES
from shared.db import service_metadata
from shared.rows import COLUMN_TYPES, one_of


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map: ClassVar = COLUMN_TYPES


class Creditor(Base):
    __tablename__ = "creditors"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    jurisdiction: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    time_zone: Mapped[str]
    language: Mapped[str]
    iban: Mapped[str]
    sepa_creditor_id: Mapped[str | None]
    email: Mapped[str]
    phone: Mapped[str]
    website: Mapped[str]
    address: Mapped[dict[str, Any]]
    payment_term_days: Mapped[int]

    __table_args__ = (one_of("jurisdiction", ("NL", "DE", "PL")),)


class Customer(Base):
    """A person or organisation; what identifies them is encrypted with their own key."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    number: Mapped[str]
    kind: Mapped[Kind] = mapped_column(Text)
    language: Mapped[str]
    name_sealed: Mapped[bytes | None]
    email_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    address_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("creditor_id", "number"),
        one_of("kind", ("consumer", "business")),
    )


class Contract(Base):
    __tablename__ = "contracts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id", ondelete="RESTRICT"))
    number: Mapped[str]
    tariff_code: Mapped[str]
    collection: Mapped[str]
    start_on: Mapped[date]
    end_on: Mapped[date | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("creditor_id", "number"),
        one_of("collection", ("direct_debit", "transfer")),
        CheckConstraint("end_on IS NULL OR end_on >= start_on", name="period"),
        Index(None, "customer_id"),
    )


class Tariff(Base):
    """Prices of one tariff code from `valid_from` on, until a later version takes over."""

    __tablename__ = "tariffs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    code: Mapped[str]
    valid_from: Mapped[date]
    name: Mapped[str]
    # See `domain.pricing.Component`.
    components: Mapped[list[dict[str, Any]]]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("creditor_id", "code", "valid_from"),)


class MeterReading(Base):
    __tablename__ = "meter_readings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id", ondelete="RESTRICT"))
    read_on: Mapped[date]
    value_m3: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    source: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("contract_id", "read_on"),
        one_of("source", ("customer", "company", "remote", "estimate")),
        CheckConstraint("value_m3 >= 0", name="value"),
    )


class BillingRun(Base):
    __tablename__ = "billing_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date]
    invoice_date: Mapped[date]
    due_on: Mapped[date]
    limits: Mapped[dict[str, Any]]
    chunks: Mapped[int]
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("status", RUN_STATUSES),
        CheckConstraint("period_to >= period_from", name="period"),
    )


class RunChunk(Base):
    """A range of contracts of one run; each step of it is done once."""

    __tablename__ = "run_chunks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("billing_runs.id", ondelete="RESTRICT"))
    first_contract_id: Mapped[UUID]
    last_contract_id: Mapped[UUID]
    previewed_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "run_id"),)


class DraftInvoice(Base):
    """What a run would bill for one contract; a check may hold it for a person to look at."""

    __tablename__ = "draft_invoices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("billing_runs.id", ondelete="RESTRICT"))
    chunk_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    status: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[int]
    vat_minor: Mapped[int]
    total_minor: Mapped[int]
    period_from: Mapped[date]
    period_to: Mapped[date]
    lines: Mapped[list[dict[str, Any]]]
    findings: Mapped[list[dict[str, Any]]]

    __table_args__ = (
        one_of("status", DRAFT_STATUSES),
        UniqueConstraint("run_id", "contract_id"),
        Index(None, "run_id", "status", "id"),
    )


class NumberSeries(Base):
    """The next number of a gapless series; its row lock is held until the numbers are used."""

    __tablename__ = "number_series"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    next_number: Mapped[int]


class Invoice(Base):
    """An invoice or a credit note as it was issued; it never changes afterwards."""

    __tablename__ = "invoices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id", ondelete="RESTRICT"))
    contract_id: Mapped[UUID]
    run_id: Mapped[UUID | None]
    kind: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    period_from: Mapped[date]
    period_to: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[int]
    vat_minor: Mapped[int]
    total_minor: Mapped[int]
    lines: Mapped[list[dict[str, Any]]]
    rf_reference: Mapped[str]
    payment_reference: Mapped[str | None]
    collection: Mapped[str]
    credited_invoice_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("invoices.id", ondelete="RESTRICT")
    )
    reason: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("creditor_id", "number"),
        UniqueConstraint("run_id", "contract_id"),
        one_of("kind", ("invoice", "credit_note")),
        Index(None, "customer_id"),
        Index(None, "credited_invoice_id"),
    )


class Receivable(Base):
    """The open item of an invoice: its balance by component, as of `version`."""

    __tablename__ = "receivables"

    id: Mapped[UUID] = mapped_column(
        ForeignKey("invoices.id", ondelete="RESTRICT"), primary_key=True
    )
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[str]
    due_on: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    principal_minor: Mapped[int]
    surplus_minor: Mapped[int]
    open_principal_minor: Mapped[int]
    open_costs_minor: Mapped[int]
    open_interest_minor: Mapped[int]

    __table_args__ = (
        one_of("status", ("open", "settled", "credited", "written_off")),
        CheckConstraint(
            "open_principal_minor >= 0 AND open_costs_minor >= 0 AND open_interest_minor >= 0"
            " AND surplus_minor >= 0",
            name="never_negative",
        ),
        Index(None, "customer_id"),
        Index("ix_receivables_open", "creditor_id", "due_on", postgresql_where="status = 'open'"),
    )


class Movement(Base):
    """One fact about an open item: a charge, a payment, a credit, a write-off. See
    `domain.open_item`.
    """

    __tablename__ = "movements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("receivables.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    amount_minor: Mapped[int]
    # Parts of a payment's amount that no money stands behind.
    given_up_minor: Mapped[int] = mapped_column(server_default="0")
    fee_minor: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[str] = mapped_column(String(3))
    effective_on: Mapped[date]
    payment_id: Mapped[UUID | None]
    ground: Mapped[str | None]
    reversed_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("kind", ("costs", "interest", "payment", "credit", "write_off", "reclaim")),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "given_up_minor >= 0 AND fee_minor >= 0 AND given_up_minor + fee_minor <= amount_minor"
            " AND (kind = 'payment' OR given_up_minor + fee_minor = 0)",
            name="unpaid",
        ),
        Index(None, "invoice_id"),
    )


class LedgerEntry(Base):
    """A journal entry. Its cause is posted once; a mistake is mended by a counter-entry."""

    __tablename__ = "ledger_entries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    booked_on: Mapped[date]
    kind: Mapped[str]
    cause_id: Mapped[UUID]
    posted_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("creditor_id", "kind", "cause_id"),)


class LedgerPosting(Base):
    """A leg of an entry: debit positive, credit negative. Legs of one entry sum to zero."""

    __tablename__ = "ledger_postings"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    creditor_id: Mapped[UUID]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_entries.id", ondelete="RESTRICT"))
    account: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    customer_id: Mapped[UUID | None]
    invoice_id: Mapped[UUID | None]

    __table_args__ = (
        Index(None, "entry_id"),
        Index(None, "invoice_id"),
        Index(None, "creditor_id", "account"),
    )
