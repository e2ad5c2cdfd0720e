"""which balances a statement's day lies between; parts in pages; by which version names are keyed"""

import sqlalchemy as sa
from alembic import op

revision = "0017_told_again"
down_revision = "0016_money_out"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Entries of before keep the balance they left alone.
    op.add_column("bank_entries", sa.Column("opens_minor", sa.BigInteger(), nullable=True))
    op.add_column("bank_entries", sa.Column("closes_minor", sa.BigInteger(), nullable=True))
    op.add_column(
        "customers",
        sa.Column("name_keys_version", sa.SmallInteger(), server_default="1", nullable=False),
    )
    op.create_index(
        "ix_customers_keyed_before",
        "customers",
        ["creditor_id"],
        unique=False,
        postgresql_where=sa.text("name_sealed IS NOT NULL AND name_keys_version < 2"),
    )
    op.create_index(
        "ix_remittance_parts_remittance_id_line",
        "remittance_parts",
        ["remittance_id", "line"],
        unique=False,
    )
    op.drop_index(op.f("ix_remittance_parts_remittance_id"), table_name="remittance_parts")
