"""money out: mandates' lives, what a debit file said, credit transfers, status reports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import ddl

revision = "0007_money_out"
down_revision = "0006_queue"
branch_labels = None
depends_on = None

_WORDS = {
    ("mandates", "status"): ("pending", "active", "suspended", "cancelled", "expired"),
    ("mandates", "scheme"): ("core", "b2b"),
    ("mandates", "channel"): ("paper", "online", "imported"),
    ("debit_batches", "scheme"): ("core", "b2b"),
    ("debits", "sequence_type"): ("FRST", "RCUR", "OOFF", "FNAL"),
    ("bank_lines", "kind"): (
        "payment",
        "collection",
        "return",
        "payout",
        "transfer",
        "other",
        "batch",
    ),
}


def upgrade() -> None:
    _mandates()
    _debits()
    _settings()
    _transfers()
    _status_reports()
    for (table, column), words in _WORDS.items():
        name = f"ck_{table}_{column}"
        listed = ", ".join(f"'{word}'" for word in words)
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        op.create_check_constraint(op.f(name), table, f"{column} IN ({listed})")
    for table in ("sepa_settings", "transfers"):
        ddl.guard_rows(table, "payments", can="SELECT, INSERT, UPDATE")
    for table in ("transfer_files", "status_reports"):
        ddl.guard_rows(table, "payments", can="SELECT, INSERT")
        ddl.forbid_changes(table)
    ddl.keep_history("transfers", "transfer")


def _mandates() -> None:
    for column in (
        sa.Column("channel", sa.Text(), server_default="paper", nullable=False),
        sa.Column("is_one_off", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_final", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("told_reference", sa.Text(), nullable=True),
        sa.Column("told_iban_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("told_creditor_id", sa.Text(), nullable=True),
        sa.Column("confirm_hash", sa.LargeBinary(), nullable=True),
        sa.Column("confirm_until", sa.Date(), nullable=True),
    ):
        op.add_column("mandates", column)
    op.create_index(op.f("ix_mandates_confirm_hash"), "mandates", ["confirm_hash"], unique=True)


def _debits() -> None:
    for column in (
        sa.Column("scheme", sa.Text(), server_default="core", nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("collected_by", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("bank_status", sa.Text(), nullable=True),
    ):
        op.add_column("debit_batches", column)
    for column in (
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("sequence_type", sa.Text(), nullable=True),
        sa.Column("order_sealed", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("debits", column)
    op.create_index(op.f("ix_debits_group_id"), "debits", ["group_id"], unique=False)


def _settings() -> None:
    op.create_table(
        "sepa_settings",
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("notice_days", sa.BigInteger(), nullable=False),
        sa.Column("marks_first", sa.Boolean(), nullable=False),
        sa.Column("clerk_limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("supervisor_limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("duplicate_days", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("notice IN ('invoice', 'event')", name=op.f("ck_sepa_settings_notice")),
        sa.PrimaryKeyConstraint("creditor_id", name=op.f("pk_sepa_settings")),
    )


def _transfers() -> None:
    op.create_table(
        "transfer_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("execute_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("transfer_count", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_files")),
    )
    op.create_table(
        "transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("sealed_for", sa.Uuid(), nullable=False),
        sa.Column("payee_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("iban_index", sa.LargeBinary(), nullable=False),
        sa.Column("name_check", sa.Text(), nullable=False),
        sa.Column("queue_reason", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("executed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('refund', 'return_to_sender', 'levy')", name=op.f("ck_transfers_kind")
        ),
        sa.CheckConstraint(
            "status IN ('asked', 'approved', 'refused', 'cancelled', 'in_file', 'executed', 'rejected')",
            name=op.f("ck_transfers_status"),
        ),
        sa.CheckConstraint(
            "name_check IN ('match', 'close', 'no_match', 'unknown')",
            name=op.f("ck_transfers_name_check"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_transfers_amount")),
        sa.CheckConstraint(
            "(kind = 'levy') = (payment_id IS NULL)", name=op.f("ck_transfers_payment")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_transfers_payment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["transfer_files.id"],
            name=op.f("fk_transfers_file_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    for name, columns in (
        ("payment_id", ["payment_id"]),
        ("customer_id", ["customer_id"]),
        ("file_id", ["file_id"]),
        ("creditor_id_status", ["creditor_id", "status"]),
        ("iban_index", ["iban_index"]),
    ):
        op.create_index(op.f(f"ix_transfers_{name}"), "transfers", columns, unique=False)


def _status_reports() -> None:
    op.create_table(
        "status_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_reports")),
        sa.UniqueConstraint(
            "creditor_id", "sha256", name=op.f("uq_status_reports_creditor_id_sha256")
        ),
    )
