"""debits that came to nothing, so that no announcement of them leaves"""

import sqlalchemy as sa
from alembic import op

from shared import ddl

revision = "0009_ended_debits"
down_revision = "0008_balance_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ended_debits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_debits")),
    )
    op.create_index(
        op.f("ix_ended_debits_customer_id"), "ended_debits", ["customer_id"], unique=False
    )
    ddl.guard_rows("ended_debits", "notifications", can="SELECT, INSERT")
