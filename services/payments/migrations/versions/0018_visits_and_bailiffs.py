"""visits that we asked the provider to end, the bailiff who has a case, payouts by payment"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018_visits_and_bailiffs"
down_revision = "0017_told_again"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "provider_payments",
        sa.Column("withdraw_asked_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(op.f("ix_payout_parts_payment_id"), "payout_parts", ["payment_id"])
    op.add_column("holds", sa.Column("bailiff", JSONB(), nullable=True))
