"""Payments that relieve an invoice of more than the money: small differences and fees withheld."""

import sqlalchemy as sa
from alembic import op

revision = "0003_small_differences"
down_revision = "0002_billing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("given_up_minor", "fee_minor"):
        op.add_column(
            "movements", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        )
    # Not validated here: every earlier row has zeros.
    op.execute(
        "ALTER TABLE movements ADD CONSTRAINT ck_movements_unpaid CHECK ("
        "given_up_minor >= 0 AND fee_minor >= 0 AND given_up_minor + fee_minor <= amount_minor"
        " AND (kind = 'payment' OR given_up_minor + fee_minor = 0)) NOT VALID"
    )
    op.execute("ALTER TABLE movements VALIDATE CONSTRAINT ck_movements_unpaid")
