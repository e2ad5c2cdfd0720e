"""the endings of payers' accounts, to search by; a job fills them in for earlier lines"""

import sqlalchemy as sa
from alembic import op

revision = "0013_iban_endings"
down_revision = "0012_provider_money"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_lines", sa.Column("iban_ending_index", sa.LargeBinary(), nullable=True))
    op.create_index(
        op.f("ix_bank_lines_iban_ending_index"), "bank_lines", ["iban_ending_index"], unique=False
    )
    op.create_index(
        "ix_bank_lines_without_ending",
        "bank_lines",
        ["creditor_id"],
        unique=False,
        postgresql_where=sa.text("iban_index IS NOT NULL AND iban_ending_index IS NULL"),
    )
