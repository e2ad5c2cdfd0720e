"""Who is involved: creditors, customers, bank accounts, mandates, account numbers known."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.domain.transitions import MANDATE_STATUSES
from services.payments.models.declarative import Base
from shared.rows import one_of


class Creditor(Base):
    """Billing's creditor as last told; the account direct debits are paid to."""

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


class Customer(Base):
    """What of a customer is needed here: the number people use, and the language of a page."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    number: Mapped[str]
    language: Mapped[str]
    erased: Mapped[bool]

    __table_args__ = (Index(None, "creditor_id", "number"),)


class BankAccount(Base):
    """An account of the creditor whose statements are taken: an IBAN or another bank's number."""

    __tablename__ = "bank_accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    number: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    name: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("creditor_id", "number"),)


class Mandate(Base):
    """A SEPA mandate (machtiging). The account is sealed with the customer's key.

    What the bank was last told of it stands beside it: a difference is told as an amendment.
    """

    __tablename__ = "mandates"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    version: Mapped[int]
    status: Mapped[str]
    reference: Mapped[str]
    scheme: Mapped[str]
    signed_on: Mapped[date]
    last_used_on: Mapped[date | None]
    iban_sealed: Mapped[bytes | None]
    iban_index: Mapped[bytes | None]
    account_holder_sealed: Mapped[bytes | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(server_default="paper")
    is_one_off: Mapped[bool] = mapped_column(server_default="false")
    # The next collection is the last.
    is_final: Mapped[bool] = mapped_column(server_default="false")
    # Needed where the account is outside the EEA.
    address_sealed: Mapped[bytes | None]
    told_reference: Mapped[str | None]
    told_iban_sealed: Mapped[bytes | None]
    told_creditor_id: Mapped[str | None]
    # SHA-256 of what confirms an online mandate, and its last day.
    confirm_hash: Mapped[bytes | None]
    confirm_until: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("creditor_id", "reference"),
        one_of("status", MANDATE_STATUSES),
        one_of("scheme", ("core", "b2b")),
        one_of("channel", ("paper", "online", "imported")),
        Index(None, "confirm_hash", unique=True),
        CheckConstraint("length(reference) BETWEEN 1 AND 35", name="reference"),
        Index(None, "customer_id", "status"),
    )


class KnownIban(Base):
    """An account number, as a keyed hash, that a customer has used with us."""

    __tablename__ = "known_ibans"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    iban_index: Mapped[bytes] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    first_seen_at: Mapped[datetime]

    __table_args__ = (
        one_of("source", ("mandate", "direct_debit")),
        Index(None, "customer_id"),
    )
