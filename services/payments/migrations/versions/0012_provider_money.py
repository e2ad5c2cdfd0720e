"""provider money: what went back in parts, and what payouts are made of"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import ddl

revision = "0012_provider_money"
down_revision = "0010_bank_files"
branch_labels = None
depends_on = None

# Payments that went back as a whole before parts were known of.
_WHOLE = (
    "INSERT INTO provider_reversals (id, creditor_id, provider_payment_id, payment_id, kind,"
    " amount_minor, currency, booked_on, created_at)"
    " SELECT gen_random_uuid(), creditor_id, provider_payment_id, id, 'taken', amount_minor,"
    "  currency, booked_on, created_at"
    " FROM payments WHERE status = 'reversed' AND provider_payment_id IS NOT NULL"
)
# Kinds that were told apart no further before.
_KINDS = (
    "UPDATE webhook_events SET kind = CASE"
    " WHEN kind = 'refunded' THEN 'refunded_in_all'"
    " WHEN type IN ('CHARGEBACK_REVERSED', 'charge.dispute.funds_reinstated')"
    "  THEN 'chargeback_reversed'"
    " ELSE 'refund_failed' END"
    " WHERE kind = 'reinstated' OR (kind = 'refunded' AND provider = 'stripe')"
)


def upgrade() -> None:
    op.create_table(
        "provider_reversals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("provider_payment_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('taken', 'reinstated')", name=op.f("ck_provider_reversals_kind")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_provider_reversals_amount")),
        sa.ForeignKeyConstraint(
            ["provider_payment_id"],
            ["provider_payments.id"],
            name=op.f("fk_provider_reversals_provider_payment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_provider_reversals_payment_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_reversals")),
    )
    for column in ("provider_payment_id", "payment_id"):
        op.create_index(
            op.f(f"ix_provider_reversals_{column}"), "provider_reversals", [column], unique=False
        )
    op.execute(_WHOLE)
    op.execute(_KINDS)
    op.create_table(
        "payout_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint(
            "kind IN ('payment', 'taken', 'reinstated', 'carried', 'fee')",
            name=op.f("ck_payout_parts_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"],
            ["provider_payouts.id"],
            name=op.f("fk_payout_parts_payout_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_parts")),
        sa.UniqueConstraint(
            "payout_id", "position", name=op.f("uq_payout_parts_payout_id_position")
        ),
    )
    op.add_column(
        "provider_payouts",
        sa.Column("provider", sa.Text(), server_default="mollie", nullable=False),
    )
    op.add_column("payout_settlements", sa.Column("told_minor", sa.BigInteger(), nullable=True))
    op.add_column(
        "payout_settlements",
        sa.Column(
            "differences",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
    )
    op.create_index(
        "ix_webhook_events_told",
        "webhook_events",
        ["provider", "payment"],
        unique=False,
        postgresql_where="kind NOT IN ('changed', 'other')",
    )
    for table in ("provider_reversals", "payout_parts"):
        ddl.guard_rows(table, "payments", can="SELECT, INSERT")
        ddl.forbid_changes(table)
