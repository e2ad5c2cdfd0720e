"""entry balances: what tells two bookings without any reference apart, or shows they are one"""

import sqlalchemy as sa
from alembic import op

revision = "0010_entry_balances"
down_revision = "0008_payment_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_entries", sa.Column("balance_minor", sa.BigInteger(), nullable=True))
