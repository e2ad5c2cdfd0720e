"""debits that came back by no doing of the debtor, the work they make, and refunds reclaimed"""

import sqlalchemy as sa
from alembic import op

revision = "0004_debits_to_mend"
down_revision = "0003_bank_known"
branch_labels = None
depends_on = None

_KINDS = (
    "estate",
    "insolvency",
    "debt_help",
    "dispute",
    "costs_review",
    "debit_to_mend",
    "debit_returned",
    "arrangement_missed",
    "promise_broken",
    "arrangement_proposed",
    "call",
    "unreachable",
    "administrator_unknown",
    "prescription",
    "charge_rejected",
    "bailiff_handover",
    "write_off",
)


def upgrade() -> None:
    op.add_column("debits", sa.Column("at_fault", sa.Boolean(), nullable=True))
    op.add_column("debits", sa.Column("next_action", sa.Text(), nullable=True))
    op.add_column("debits", sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True))
    # What came back before was told to the debtor, whatever the reason.
    op.execute("UPDATE debits SET at_fault = false WHERE status = 'returned'")
    op.create_index(
        "ix_debits_to_mend",
        "debits",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("at_fault AND mended_at IS NULL"),
    )
    op.drop_constraint(op.f("ck_movements_kind"), "movements", type_="check")
    op.create_check_constraint(
        op.f("ck_movements_kind"),
        "movements",
        "kind IN ('payment', 'credit', 'write_off', 'reclaim')",
    )
    listed = ", ".join(f"'{kind}'" for kind in _KINDS)
    op.drop_constraint(op.f("ck_worklist_items_kind"), "worklist_items", type_="check")
    op.create_check_constraint(
        op.f("ck_worklist_items_kind"), "worklist_items", f"kind IN ({listed})"
    )
