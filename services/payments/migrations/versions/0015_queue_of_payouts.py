"""payouts worked on as payments are, and transfers whose execution a person tells"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import ddl

revision = "0015_queue_of_payouts"
down_revision = "0014_payer_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payout_marks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["id"], ["provider_payouts.id"], name=op.f("fk_payout_marks_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_marks")),
    )
    op.create_table(
        "payout_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('hold', 'release', 'assign', 'accept', 'reopen')",
            name=op.f("ck_payout_notes_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"],
            ["provider_payouts.id"],
            name=op.f("fk_payout_notes_payout_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_notes")),
    )
    op.create_index(op.f("ix_payout_notes_payout_id"), "payout_notes", ["payout_id"], unique=False)
    ddl.guard_rows("payout_marks", "payments", can="SELECT, INSERT, UPDATE")
    ddl.guard_rows("payout_notes", "payments", can="SELECT, INSERT")
    ddl.forbid_changes("payout_notes")
    op.add_column(
        "payout_settlements", sa.Column("difference_minor", sa.BigInteger(), nullable=True)
    )
    op.drop_constraint(op.f("ck_payout_settlements_status"), "payout_settlements", type_="check")
    op.create_check_constraint(
        op.f("ck_payout_settlements_status"),
        "payout_settlements",
        "status IN ('agreed', 'differs', 'unknown', 'accepted')",
    )
    op.add_column("transfers", sa.Column("executed_by", sa.Text(), nullable=True))
    op.add_column("transfers", sa.Column("executed_reason", sa.Text(), nullable=True))
    op.create_index(
        "ix_bank_lines_sent_elsewhere",
        "bank_lines",
        ["creditor_id", "amount_minor"],
        unique=False,
        postgresql_where=sa.text("kind = 'other' AND amount_minor < 0"),
    )
