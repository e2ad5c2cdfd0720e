"""bank known"""

import sqlalchemy as sa
from alembic import op

from shared import ddl

revision = "0003_bank_known"
down_revision = "0002_collections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("known_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("collects", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_accounts")),
    )
    ddl.guard_rows("bank_accounts", "collections", can="SELECT, INSERT, UPDATE")
