"""rows of a specification that name no invoice of ours, for a person to place"""

import sqlalchemy as sa
from alembic import op

from shared import ddl

revision = "0013_remittance_strays"
down_revision = "0013_iban_endings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remittance_strays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("remittance_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("reference_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("part_id", sa.Uuid(), nullable=True),
        sa.Column("placed_by", sa.Text(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "problem IN ('unknown_reference', 'several_invoices', 'other_currency')",
            name=op.f("ck_remittance_strays_problem"),
        ),
        sa.CheckConstraint(
            "fee_minor >= 0 AND fee_minor < gross_minor", name=op.f("ck_remittance_strays_amounts")
        ),
        sa.CheckConstraint(
            "(part_id IS NULL) = (placed_by IS NULL) AND (part_id IS NULL) = (placed_at IS NULL)",
            name=op.f("ck_remittance_strays_placed"),
        ),
        sa.ForeignKeyConstraint(
            ["part_id"],
            ["remittance_parts.id"],
            name=op.f("fk_remittance_strays_part_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["remittance_id"],
            ["remittances.id"],
            name=op.f("fk_remittance_strays_remittance_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance_strays")),
        sa.UniqueConstraint(
            "remittance_id", "line", name=op.f("uq_remittance_strays_remittance_id_line")
        ),
    )
    ddl.guard_rows(
        "remittance_strays",
        "payments",
        can="SELECT, INSERT, UPDATE (part_id, placed_by, placed_at)",
    )
