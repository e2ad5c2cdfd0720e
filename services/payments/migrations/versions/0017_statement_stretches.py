"""between which balances a statement tells a booking's day; entries of before keep their own alone"""

import sqlalchemy as sa
from alembic import op

revision = "0017_statement_stretches"
down_revision = "0014_payer_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_entries", sa.Column("opens_minor", sa.BigInteger(), nullable=True))
    op.add_column("bank_entries", sa.Column("closes_minor", sa.BigInteger(), nullable=True))
