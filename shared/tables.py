"""The kernel's tables; each service has a set of its own in its own schema."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

kernel = MetaData()
Instant = DateTime(timezone=True)

outbox = Table(
    "outbox",
    kernel,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("creditor_id", Uuid, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("traceparent", Text),
    Column("payload", LargeBinary, nullable=False),
)

inbox = Table(
    "inbox",
    kernel,
    Column("event_id", Uuid, primary_key=True),
    Column("creditor_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    # Null when handled; the rule's code when a business rule refused the event.
    Column("refused", Text),
    Index("ix_inbox_received_at", "received_at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    kernel,
    Column("creditor_id", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", SmallInteger),
    Column("headers", JSONB),
    Column("body", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

status_history = Table(
    "status_history",
    kernel,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("creditor_id", Uuid, nullable=False),
    Column("noun", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_status_history_subject_id", "subject_id"),
)

audit_entries = Table(
    "audit_entries",
    kernel,
    Column("creditor_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

audit_heads = Table(
    "audit_heads",
    kernel,
    Column("creditor_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

job_runs = Table(
    "job_runs",
    kernel,
    Column("creditor_id", Uuid, primary_key=True),
    Column("job", Text, primary_key=True),
    Column("business_date", Date, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("attempts", Integer, nullable=False, server_default=sql("1")),
    Column("error", Text),
)

customer_keys = Table(
    "customer_keys",
    kernel,
    Column("creditor_id", Uuid, nullable=False),
    Column("customer_id", Uuid, primary_key=True),
    # The customer's AES-256 key wrapped by the master key; null once destroyed.
    Column("wrapped_key", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Column("destroyed_at", Instant),
    CheckConstraint(
        "(wrapped_key IS NULL) = (destroyed_at IS NOT NULL)", name="ck_customer_keys_destroyed"
    ),
)

test_clock = Table(
    "test_clock",
    kernel,
    Column("id", SmallInteger, primary_key=True, server_default=sql("1")),
    # Seconds the business clock is ahead of the machine's.
    Column("shift_s", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="ck_test_clock_one_row"),
)


def add_kernel_tables(metadata: MetaData) -> None:
    """Put the kernel's tables beside a service's own, for migrations and their checks."""
    for table in kernel.tables.values():
        table.to_metadata(metadata)
