"""balance links: where all that a customer owes can be paid"""

import sqlalchemy as sa
from alembic import op

revision = "0008_balance_links"
down_revision = "0002_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_links", sa.Column("balance_url", sa.Text(), nullable=True))
    op.create_index(
        op.f("ix_payment_links_customer_id"), "payment_links", ["customer_id"], unique=False
    )
