"""a mandate's only or last collection is in flight once at most"""

import sqlalchemy as sa
from alembic import op

revision = "0016_ending_debits"
down_revision = "0014_payer_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "uq_debits_ending_in_flight",
        "debits",
        ["mandate_id"],
        unique=True,
        postgresql_where=sa.text("status = 'submitted' AND sequence_type IN ('OOFF', 'FNAL')"),
    )
