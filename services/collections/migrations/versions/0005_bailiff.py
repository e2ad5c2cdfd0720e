"""the bailiff a creditor hands cases over to"""

import sqlalchemy as sa
from alembic import op

from shared import ddl

revision = "0005_bailiff"
down_revision = "0004_debits_to_mend"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bailiffs",
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("creditor_id", name=op.f("pk_bailiffs")),
    )
    ddl.guard_rows("bailiffs", "collections", can="SELECT, INSERT, UPDATE")
