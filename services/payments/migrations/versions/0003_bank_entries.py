"""bank entries

Each booking once, however many reports tell it; what a bank account allows; files fetched.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import ddl

revision = "0003_bank_entries"
down_revision = "0002_payments"
branch_labels = None
depends_on = None

_KINDS = "('payment', 'collection', 'return', 'payout', 'other', 'batch')"


def upgrade() -> None:
    _bank_accounts()
    _bank_statements()
    _bank_entries()
    _fetched_files()


def _bank_accounts() -> None:
    op.add_column(
        "bank_accounts",
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
    )
    op.add_column(
        "bank_accounts", sa.Column("on_gap", sa.Text(), server_default="accept", nullable=False)
    )
    op.add_column(
        "bank_accounts",
        sa.Column("collects", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column(
        "bank_accounts",
        sa.Column("csv_mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.create_check_constraint(
        op.f("ck_bank_accounts_on_gap"), "bank_accounts", "on_gap IN ('accept', 'refuse')"
    )


def _bank_statements() -> None:
    op.add_column(
        "bank_statements",
        sa.Column("kind", sa.Text(), server_default="statement", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_bank_statements_kind"),
        "bank_statements",
        "kind IN ('statement', 'repeat', 'interim', 'notice')",
    )
    op.drop_constraint("uq_bank_statements_identity", "bank_statements", type_="unique")
    op.create_index(
        "uq_bank_statements_identity",
        "bank_statements",
        ["account_id", "statement_id", "number", "closes_on", "opening_minor"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where="kind = 'statement'",
    )
    op.create_index(
        "ix_bank_statements_chain", "bank_statements", ["account_id", "kind", "closes_on"]
    )


def _bank_entries() -> None:
    op.create_table(
        "bank_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("told_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["bank_accounts.id"],
            name=op.f("fk_bank_entries_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["told_by"],
            ["bank_statements.id"],
            name=op.f("fk_bank_entries_told_by"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entries")),
    )
    op.add_column("bank_lines", sa.Column("entry_id", sa.Uuid(), nullable=True))
    op.drop_constraint(op.f("ck_bank_lines_kind"), "bank_lines", type_="check")
    op.create_check_constraint(op.f("ck_bank_lines_kind"), "bank_lines", f"kind IN {_KINDS}")
    # What was booked before came from statements alone, each entry once.
    op.execute(
        "INSERT INTO bank_entries (id, creditor_id, account_id, booked_on, amount_minor, told_by,"
        " confirmed_by) SELECT (array_agg(id ORDER BY detail_index))[1], creditor_id, account_id,"
        " min(booked_on), sum(amount_minor), statement_id, statement_id FROM bank_lines"
        " GROUP BY creditor_id, account_id, statement_id, entry_index"
    )
    op.execute(
        "UPDATE bank_lines AS line SET entry_id = first.id FROM bank_lines AS first"
        " JOIN bank_entries ON bank_entries.id = first.id"
        " WHERE line.statement_id = first.statement_id AND line.entry_index = first.entry_index"
    )
    op.create_index(op.f("ix_bank_lines_entry_id"), "bank_lines", ["entry_id"])
    op.create_index(
        op.f("ix_bank_entries_account_id_booked_on_amount_minor"),
        "bank_entries",
        ["account_id", "booked_on", "amount_minor"],
    )
    op.create_index(
        "ix_bank_entries_ahead",
        "bank_entries",
        ["account_id"],
        postgresql_where="confirmed_by IS NULL",
    )
    ddl.guard_rows("bank_entries", "payments", can="SELECT, INSERT, UPDATE")


def _fetched_files() -> None:
    op.create_table(
        "fetched_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('stored', 'known', 'refused')", name=op.f("ck_fetched_files_outcome")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetched_files")),
        sa.UniqueConstraint(
            "creditor_id",
            "source",
            "name",
            "size_bytes",
            "modified_at",
            name="uq_fetched_files_version",
        ),
    )
    ddl.guard_rows("fetched_files", "payments", can="SELECT, INSERT, UPDATE")
