"""The rows of notifications. Every row carries its creditor; what is personal is sealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.notifications.domain.message import Channel, MessageState
from shared.db import service_metadata
from shared.rows import COLUMN_TYPES, one_of

CHANNELS = tuple(channel.value for channel in Channel)
STATES = tuple(state.value for state in MessageState)
OUTCOMES = ("accepted", "refused", "deferred", "unknown")


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map: ClassVar = COLUMN_TYPES


class Creditor(Base):
    """Billing's creditor as of `version`."""

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


class Letterhead(Base):
    """What stands on a creditor's letters beyond what billing knows of it."""

    __tablename__ = "letterheads"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    company_number: Mapped[str | None]
    vat_number: Mapped[str | None]
    supplies_drinking_water: Mapped[bool]
    debt_help_website: Mapped[str | None]
    complaints_link: Mapped[str | None]
    collection_register_number: Mapped[str | None]


class Customer(Base):
    """Billing's customer as of `version`; name and addresses are sealed with the customer's key."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    number: Mapped[str]
    kind: Mapped[str]
    language: Mapped[str]
    name_sealed: Mapped[bytes | None]
    email_sealed: Mapped[bytes | None]
    address_sealed: Mapped[bytes | None]
    # Tells whether the address is still the one that bounced.
    email_index: Mapped[bytes | None]
    email_bounced_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    __table_args__ = (one_of("kind", ("consumer", "business")), Index(None, "email_index"))


class Preference(Base):
    """By which road a customer wants to be reached."""

    __tablename__ = "preferences"

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    version: Mapped[int]
    channel: Mapped[str | None]
    email_for_legal: Mapped[bool]

    __table_args__ = (one_of("channel", CHANNELS),)


class PaymentLink(Base):
    """Where an invoice can be paid online, and with it all that the customer owes."""

    __tablename__ = "payment_links"

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    url: Mapped[str]
    balance_url: Mapped[str | None]

    __table_args__ = (Index(None, "customer_id"),)


class Mandate(Base):
    """A customer's consent to direct debit; only an active one is announced on an invoice."""

    __tablename__ = "mandates"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    reference: Mapped[str]
    active: Mapped[bool]

    __table_args__ = (Index(None, "customer_id"),)


class EndedDebit(Base):
    """A direct debit that came to nothing: an announcement not yet written leaves it out."""

    __tablename__ = "ended_debits"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    ended_at: Mapped[datetime]

    __table_args__ = (Index(None, "customer_id"),)


class Message(Base):
    """One thing to say to one customer, once per cause.

    `due_at`: when the next step is to be taken; null when nothing more happens by itself.
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    cause_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    # The one invoice it is about, whose payment link goes along.
    invoice_id: Mapped[UUID | None]
    resends_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="RESTRICT"))
    template: Mapped[str]
    status: Mapped[str]
    # The road asked for by a person, or null to decide; then the road taken.
    asked_channel: Mapped[str | None]
    channel: Mapped[str | None]
    facts_sealed: Mapped[bytes | None]
    requested_at: Mapped[datetime]
    # What it still waits for, but not past `wait_until`: a payment link or a mandate.
    awaits: Mapped[str | None]
    wait_until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    # Tries of the present bytes; repeats after the road broke.
    attempts: Mapped[int]
    repeats: Mapped[int]
    email_refused: Mapped[bool]
    reason: Mapped[str | None]
    # Why a person must look at it.
    attention: Mapped[str | None]
    archived_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    sent_on: Mapped[date | None]
    traceparent: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("creditor_id", "cause_id"),
        one_of("status", STATES),
        one_of("channel", CHANNELS),
        one_of("asked_channel", CHANNELS),
        one_of("awaits", ("link", "mandate")),
        CheckConstraint("(sent_at IS NULL) = (sent_on IS NULL)", name="sent"),
        Index(None, "creditor_id", "requested_at", "id"),
        Index(None, "customer_id", "requested_at", "id"),
        Index(
            "ix_messages_due",
            "creditor_id",
            "status",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(
            "ix_messages_attention",
            "creditor_id",
            "requested_at",
            "id",
            postgresql_where=text("attention IS NOT NULL"),
        ),
    )


class Archived(Base):
    """The exact bytes of a message in its final form: written once, before they leave."""

    __tablename__ = "archive"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="RESTRICT"))
    customer_id: Mapped[UUID]
    channel: Mapped[str]
    template_version: Mapped[str]
    language: Mapped[str]
    content_type: Mapped[str]
    # Compressed (zlib), then sealed with the customer's key.
    content_sealed: Mapped[bytes]
    size_bytes: Mapped[int]
    # Of the bytes as they leave, in lower-case hex.
    sha256: Mapped[str]
    recipient_sealed: Mapped[bytes | None]
    country: Mapped[str | None] = mapped_column(String(2))
    rendered_at: Mapped[datetime]

    __table_args__ = (
        one_of("channel", CHANNELS),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        Index(None, "message_id"),
    )


class Delivery(Base):
    """One try to hand a message over, and what came of it. Never changed."""

    __tablename__ = "deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    creditor_id: Mapped[UUID]
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="RESTRICT"))
    archived_id: Mapped[UUID] = mapped_column(ForeignKey("archive.id", ondelete="RESTRICT"))
    channel: Mapped[str]
    at: Mapped[datetime]
    outcome: Mapped[str]
    # A stable code without personal data, such as `smtp_550_5.1.1`.
    reason: Mapped[str | None]
    # The relay's or print house's own name for it.
    provider_reference: Mapped[str | None]

    __table_args__ = (
        one_of("outcome", OUTCOMES),
        one_of("channel", CHANNELS),
        Index(None, "message_id"),
    )
