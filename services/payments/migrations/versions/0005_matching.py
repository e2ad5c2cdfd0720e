"""What matching learns and is told: names, payers, instalments, settings of the creditor."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import ddl

revision = "0005_matching"
down_revision = "0004_webhook_events"
branch_labels = None
depends_on = None

_NUMBER_KEY = "regexp_replace(upper(number), '[^A-Z0-9]', '', 'g')"


def upgrade() -> None:
    _widen_customers()
    op.add_column("open_items", sa.Column("costs_minor", sa.BigInteger(), nullable=True))
    op.add_column(
        "holds",
        sa.Column(
            "instalments",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
    )
    op.add_column("allocations", sa.Column("order_rule", sa.Text(), nullable=True))
    op.add_column("allocations", sa.Column("written_off_minor", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_allocations_written_off"), "allocations", "written_off_minor > 0"
    )
    op.drop_constraint(op.f("ck_known_ibans_source"), "known_ibans", type_="check")
    op.create_check_constraint(
        op.f("ck_known_ibans_source"),
        "known_ibans",
        "source IN ('mandate', 'direct_debit', 'payment')",
    )
    _create_remembered_payers()
    _create_match_settings()


def _widen_customers() -> None:
    op.add_column(
        "customers",
        sa.Column(
            "number_key", sa.Text(), sa.Computed(_NUMBER_KEY, persisted=True), nullable=False
        ),
    )
    op.add_column("customers", sa.Column("name_sealed", sa.LargeBinary(), nullable=True))
    op.add_column(
        "customers",
        sa.Column(
            "name_keys",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.create_index(op.f("ix_customers_number_key"), "customers", ["number_key"])
    op.create_index("ix_customers_name_keys", "customers", ["name_keys"], postgresql_using="gin")


def _create_remembered_payers() -> None:
    op.create_table(
        "remembered_payers",
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("iban_index", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("taught_by", sa.Text(), nullable=False),
        sa.Column("taught_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_remembered_payers_times")),
        sa.PrimaryKeyConstraint(
            "creditor_id", "iban_index", "customer_id", name=op.f("pk_remembered_payers")
        ),
    )
    op.create_index(op.f("ix_remembered_payers_customer_id"), "remembered_payers", ["customer_id"])
    # Forgetting a person takes their account numbers with it.
    ddl.guard_rows("remembered_payers", "payments", can="SELECT, INSERT, UPDATE, DELETE")


def _create_match_settings() -> None:
    op.create_table(
        "match_settings",
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("post_at", sa.Float(), nullable=False),
        sa.Column("tie_margin", sa.Float(), nullable=False),
        sa.Column("tolerance_minor", sa.BigInteger(), nullable=False),
        sa.Column("fill_by_law", sa.Boolean(), nullable=False),
        sa.CheckConstraint("post_at BETWEEN 0.9 AND 1", name=op.f("ck_match_settings_post_at")),
        sa.CheckConstraint("tie_margin >= 0", name=op.f("ck_match_settings_tie_margin")),
        sa.CheckConstraint(
            "tolerance_minor BETWEEN 0 AND 1000", name=op.f("ck_match_settings_tolerance")
        ),
        sa.PrimaryKeyConstraint("creditor_id", name=op.f("pk_match_settings")),
    )
    ddl.guard_rows("match_settings", "payments", can="SELECT, INSERT, UPDATE")
