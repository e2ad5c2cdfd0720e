"""Who is involved: creditors, customers, bank accounts, mandates, account numbers known."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Computed,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.domain.transitions import MANDATE_STATUSES
from services.payments.models.declarative import Base
from shared.rows import one_of

ON_GAP = ("accept", "refuse")


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
    """What of a customer is needed here: number and name, and the language of a page.

    The name is sealed with the customer's key; `name_keys` are keyed hashes of its
    surnames (see `domain/names.py`), so that a name finds its customers without being read.
    """

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    number: Mapped[str]
    language: Mapped[str]
    erased: Mapped[bool]
    # As numbers are compared: capitals and digits alone (`number_key` of domain/clues.py).
    number_key: Mapped[str] = mapped_column(
        Computed("regexp_replace(upper(number), '[^A-Z0-9]', '', 'g')", persisted=True)
    )
    name_sealed: Mapped[bytes | None]
    name_keys: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    name_keys_version: Mapped[int] = mapped_column(SmallInteger, server_default="1")

    __table_args__ = (
        Index(None, "creditor_id", "number"),
        Index(None, "number_key"),
        Index("ix_customers_name_keys", "name_keys", postgresql_using="gin"),
        # Stored when names were keyed otherwise.
        Index(
            "ix_customers_keyed_before",
            "creditor_id",
            postgresql_where="name_sealed IS NOT NULL AND name_keys_version < 2",
        ),
    )


class BankAccount(Base):
    """An account of the creditor whose statements are taken: an IBAN or another bank's number."""

    __tablename__ = "bank_accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    number: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    name: Mapped[str]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(server_default="1")
    # Whether a statement that does not join the one before is taken all the same.
    on_gap: Mapped[str] = mapped_column(Text, server_default="accept")
    # Whether customers pay to it: then "not paid" can only be said as of its last statement.
    collects: Mapped[bool] = mapped_column(Boolean, server_default=true())
    # How its CSV files are laid out; null when it sends none.
    csv_mapping: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (one_of("on_gap", ON_GAP), UniqueConstraint("creditor_id", "number"))


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
    """An account number, as a keyed hash, that a customer has used with us.

    `payment` is the weakest source: money from there once named one of the customer's bills.
    """

    __tablename__ = "known_ibans"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    iban_index: Mapped[bytes] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    first_seen_at: Mapped[datetime]

    __table_args__ = (
        one_of("source", ("mandate", "direct_debit", "payment")),
        Index(None, "customer_id"),
    )


class RememberedPayer(Base):
    """What a clerk taught: money from this account is for this customer, or for one of several."""

    __tablename__ = "remembered_payers"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    iban_index: Mapped[bytes] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    # The payment whose match taught it last, and who matched it.
    payment_id: Mapped[UUID]
    taught_by: Mapped[str]
    taught_at: Mapped[datetime]
    times: Mapped[int]
    active: Mapped[bool]

    __table_args__ = (
        CheckConstraint("times > 0", name="times"),
        Index(None, "customer_id"),
    )


class MatchSettings(Base):
    """How sure matching must be for this creditor; none stored means the careful defaults."""

    __tablename__ = "match_settings"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    post_at: Mapped[float]
    tie_margin: Mapped[float]
    tolerance_minor: Mapped[int]
    fill_by_law: Mapped[bool]

    __table_args__ = (
        CheckConstraint("post_at BETWEEN 0.9 AND 1", name="post_at"),
        CheckConstraint("tie_margin >= 0", name="tie_margin"),
        CheckConstraint("tolerance_minor BETWEEN 0 AND 1000", name="tolerance"),
    )
