"""Refunds of payments that then left the account by themselves: owed again."""

from alembic import op

revision = "0004_reclaimed_refunds"
down_revision = "0003_small_differences"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_movements_kind"), "movements", type_="check")
    # Wider than before, so that no row needs to be looked at.
    op.execute(
        "ALTER TABLE movements ADD CONSTRAINT ck_movements_kind CHECK (kind IN"
        " ('costs', 'interest', 'payment', 'credit', 'write_off', 'reclaim')) NOT VALID"
    )
    op.execute("ALTER TABLE movements VALIDATE CONSTRAINT ck_movements_kind")
