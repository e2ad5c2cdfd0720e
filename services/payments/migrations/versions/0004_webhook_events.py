"""webhook events"""

import sqlalchemy as sa
from alembic import op

from shared import ddl

revision = "0004_webhook_events"
down_revision = "0003_bank_entries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "status IN ('received', 'waiting', 'applied', 'ignored', 'stuck', 'refused')",
            name=op.f("ck_webhook_events_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint(
            "creditor_id",
            "provider",
            "event_id",
            name=op.f("uq_webhook_events_creditor_id_provider_event_id"),
        ),
    )
    op.create_index(
        "ix_webhook_events_due",
        "webhook_events",
        ["creditor_id", "try_at"],
        unique=False,
        postgresql_where="status IN ('received', 'waiting')",
    )
    op.create_index(
        op.f("ix_webhook_events_creditor_id_status_id"),
        "webhook_events",
        ["creditor_id", "status", "id"],
        unique=False,
    )
    op.create_table(
        "payout_settlements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("settlement_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('agreed', 'differs', 'unknown')",
            name=op.f("ck_payout_settlements_status"),
        ),
        sa.CheckConstraint("fee_minor >= 0", name=op.f("ck_payout_settlements_fee")),
        sa.ForeignKeyConstraint(
            ["payout_id"],
            ["provider_payouts.id"],
            name=op.f("fk_payout_settlements_payout_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_settlements")),
        sa.UniqueConstraint("payout_id", name=op.f("uq_payout_settlements_payout_id")),
    )
    ddl.guard_rows("payout_settlements", "payments", can="SELECT, INSERT, UPDATE")
    ddl.keep_history("payout_settlements", "settlement")
    # DELETE lets the oldest refused ones make room.
    ddl.guard_rows("webhook_events", "payments", can="SELECT, INSERT, UPDATE, DELETE")
    ddl.keep_history("webhook_events", "webhook event")
