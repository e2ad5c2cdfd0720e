"""a mandate's last collection is in flight once; transfer files keep to whom they go"""

import sqlalchemy as sa
from alembic import op

revision = "0016_money_out"
down_revision = "0015_queue_of_payouts"
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
    op.add_column("transfer_files", sa.Column("payees_sealed", sa.LargeBinary(), nullable=True))
