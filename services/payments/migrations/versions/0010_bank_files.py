"""bank files: the balance each booking left; a file is written last, with what came of it"""

import sqlalchemy as sa
from alembic import op

revision = "0010_bank_files"
down_revision = "0008_payment_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # It tells two bookings without any reference apart, or shows that they are one.
    op.add_column("bank_entries", sa.Column("balance_minor", sa.BigInteger(), nullable=True))
    op.execute(
        "ALTER TABLE bank_statements"
        " ALTER CONSTRAINT fk_bank_statements_file_id DEFERRABLE INITIALLY DEFERRED"
    )
