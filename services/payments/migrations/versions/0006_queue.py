"""The clerk's queue: marks, notes, settings, remittances; what an invoice is relieved of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import ddl

revision = "0006_queue"
down_revision = "0005_matching"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("allocations", sa.Column("fee_minor", sa.BigInteger(), nullable=True))
    op.execute(
        "ALTER TABLE allocations ADD CONSTRAINT ck_allocations_fee CHECK (fee_minor > 0) NOT VALID"
    )
    op.execute("ALTER TABLE allocations VALIDATE CONSTRAINT ck_allocations_fee")
    op.create_index(
        "ix_payments_with_rest",
        "payments",
        ["customer_id"],
        unique=False,
        postgresql_where="queue_reason IS NOT NULL AND customer_id IS NOT NULL",
    )
    _create_desk()
    _create_remittances()
    _guard()


def _create_desk() -> None:
    op.create_table(
        "queue_marks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["id"], ["payments.id"], name=op.f("fk_queue_marks_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_marks")),
    )
    op.create_table(
        "payment_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", _JSON, nullable=False),
        sa.Column("sealed_for", sa.Uuid(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "kind IN ('note', 'hold', 'release', 'assign', 'match', 'undo')",
            name=op.f("ck_payment_notes_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_payment_notes_payment_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_notes")),
    )
    op.create_index(
        op.f("ix_payment_notes_payment_id"), "payment_notes", ["payment_id"], unique=False
    )
    op.create_table(
        "desk_settings",
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("credit_to_next_invoice", sa.Boolean(), nullable=False),
        sa.Column("clerk_write_off_max_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "clerk_write_off_max_minor >= 0", name=op.f("ck_desk_settings_never_negative")
        ),
        sa.PrimaryKeyConstraint("creditor_id", name=op.f("pk_desk_settings")),
    )


def _create_remittances() -> None:
    op.create_table(
        "remittance_senders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("iban_index", sa.LargeBinary(), nullable=False),
        sa.Column("iban_ending", sa.String(length=4), nullable=False),
        sa.Column("layout", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance_senders")),
        sa.UniqueConstraint(
            "creditor_id", "code", name=op.f("uq_remittance_senders_creditor_id_code")
        ),
        sa.UniqueConstraint(
            "creditor_id", "iban_index", name=op.f("uq_remittance_senders_creditor_id_iban_index")
        ),
    )
    op.create_table(
        "remittances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("part_count", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'settled', 'cancelled')", name=op.f("ck_remittances_status")
        ),
        sa.CheckConstraint(
            "gross_minor = fee_minor + net_minor AND fee_minor >= 0",
            name=op.f("ck_remittances_sums"),
        ),
        sa.CheckConstraint(
            "(status = 'settled') = (payment_id IS NOT NULL)", name=op.f("ck_remittances_payment")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_remittances_payment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["remittance_senders.id"],
            name=op.f("fk_remittances_sender_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittances")),
    )
    op.create_index(op.f("ix_remittances_payment_id"), "remittances", ["payment_id"], unique=False)
    op.create_index(
        "ix_remittances_waiting",
        "remittances",
        ["sender_id"],
        unique=False,
        postgresql_where="status = 'waiting'",
    )
    op.create_index(
        "uq_remittances_sha256",
        "remittances",
        ["creditor_id", "sha256"],
        unique=True,
        postgresql_where="status <> 'cancelled'",
    )
    op.create_table(
        "remittance_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("remittance_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "fee_minor >= 0 AND fee_minor < gross_minor", name=op.f("ck_remittance_parts_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["remittance_id"],
            ["remittances.id"],
            name=op.f("fk_remittance_parts_remittance_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance_parts")),
    )
    op.create_index(
        op.f("ix_remittance_parts_remittance_id"),
        "remittance_parts",
        ["remittance_id"],
        unique=False,
    )


def _guard() -> None:
    for table in ("queue_marks", "desk_settings", "remittance_senders", "remittances"):
        ddl.guard_rows(table, "payments", can="SELECT, INSERT, UPDATE")
    # A note stays as it was made; only its seal changes hands once it is known whose money it is.
    ddl.guard_rows(
        "payment_notes", "payments", can="SELECT, INSERT, UPDATE (sealed_for, text_sealed)"
    )
    ddl.guard_rows("remittance_parts", "payments", can="SELECT, INSERT")
    ddl.forbid_changes("remittance_parts")
    ddl.keep_history("remittances", "remittance")
