"""what a bank took back of a payment, waiting for a person or settled; payees that are forgotten"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import ddl

revision = "0019_reversals"
down_revision = "0018_visits_and_bailiffs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_reversals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("debit_id", sa.Uuid(), nullable=True),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'settled', 'dismissed')", name=op.f("ck_bank_reversals_status")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bank_reversals_amount")),
        sa.CheckConstraint(
            "(status = 'waiting') = (reason IS NOT NULL)", name=op.f("ck_bank_reversals_reason")
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["bank_lines.id"], name=op.f("fk_bank_reversals_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_reversals")),
    )
    op.create_index(
        "ix_bank_reversals_waiting",
        "bank_reversals",
        ["creditor_id", "booked_on"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "bank_reversal_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("reversal_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bank_reversal_parts_amount")),
        sa.ForeignKeyConstraint(
            ["reversal_id"],
            ["bank_reversals.id"],
            name=op.f("fk_bank_reversal_parts_reversal_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_bank_reversal_parts_payment_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_reversal_parts")),
    )
    for column in ("reversal_id", "payment_id"):
        name = op.f(f"ix_bank_reversal_parts_{column}")
        op.create_index(name, "bank_reversal_parts", [column], unique=False)
    op.create_table(
        "reversal_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("reversal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('hold', 'release', 'assign', 'settle', 'dismiss')",
            name=op.f("ck_reversal_notes_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["reversal_id"],
            ["bank_reversals.id"],
            name=op.f("fk_reversal_notes_reversal_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reversal_notes")),
    )
    op.create_index(
        op.f("ix_reversal_notes_reversal_id"), "reversal_notes", ["reversal_id"], unique=False
    )
    ddl.guard_rows("bank_reversals", "payments", can="SELECT, INSERT, UPDATE")
    ddl.keep_history("bank_reversals", "reversal")
    for table in ("bank_reversal_parts", "reversal_notes"):
        ddl.guard_rows(table, "payments", can="SELECT, INSERT")
        ddl.forbid_changes(table)
    op.alter_column("transfers", "iban_index", existing_type=sa.LargeBinary(), nullable=True)
