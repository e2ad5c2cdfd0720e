"""payer pages: visits counted for all processes, invoices that a bailiff collects"""

import sqlalchemy as sa
from alembic import op

revision = "0014_payer_pages"
down_revision = "0013_remittance_strays"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Unlogged: a crash forgets who visited in the last minute, and nobody waits for the disk. Half
    # of each page stays free, so that a counter is raised beside where it stood.
    op.create_table(
        "page_visits",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_page_visits")),
        prefixes=["UNLOGGED"],
        postgresql_with={"fillfactor": 50},
    )
    # Keyed hashes of nobody's creditor: a visitor's address is counted before any link is opened.
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON page_visits TO inning_payments")
    op.drop_constraint(op.f("ck_holds_kind"), "holds")
    op.create_check_constraint(
        op.f("ck_holds_kind"), "holds", "kind IN ('dispute', 'arrangement', 'bailiff')"
    )
