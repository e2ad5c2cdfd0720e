"""payment pages: links, what a page allows, visits for several invoices"""

import sqlalchemy as sa
from alembic import op

from shared import ddl

revision = "0008_payment_pages"
down_revision = "0007_money_out"
branch_labels = None
depends_on = None

# Every invoice and every customer's balance has a standing link of the same id.
_STANDING = (
    "INSERT INTO payment_links"
    " (id, creditor_id, kind, subject_id, customer_id, expires_on, created_at)"
    " SELECT id, creditor_id, 'invoice', id, customer_id, issued_on + 730, first_seen_at"
    " FROM open_items WHERE number IS NOT NULL",
    "INSERT INTO payment_links"
    " (id, creditor_id, kind, subject_id, customer_id, expires_on, created_at)"
    " SELECT customer_id, creditor_id, 'balance', customer_id, customer_id,"
    "  max(issued_on) + 730, min(first_seen_at)"
    " FROM open_items WHERE number IS NOT NULL GROUP BY customer_id, creditor_id"
    " ON CONFLICT DO NOTHING",
)


def upgrade() -> None:
    op.create_table(
        "payment_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("instalment", sa.BigInteger(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("may_pay_part", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('invoice', 'balance', 'instalment', 'case')",
            name=op.f("ck_payment_links_kind"),
        ),
        sa.CheckConstraint(
            "instalment IS NULL OR kind = 'instalment'", name=op.f("ck_payment_links_instalment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_links")),
    )
    op.create_index(
        op.f("ix_payment_links_customer_id"), "payment_links", ["customer_id"], unique=False
    )
    op.create_table(
        "page_settings",
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("may_pay_part", sa.Boolean(), nullable=False),
        sa.Column("least_part_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("least_part_minor > 0", name=op.f("ck_page_settings_least_part")),
        sa.PrimaryKeyConstraint("creditor_id", name=op.f("pk_page_settings")),
    )
    op.create_table(
        "collection_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_cases")),
    )
    op.add_column("provider_payments", sa.Column("link_id", sa.Uuid(), nullable=True))
    op.add_column(
        "provider_payments",
        sa.Column("invoice_ids", sa.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )
    op.execute("UPDATE provider_payments SET link_id = invoice_id, invoice_ids = ARRAY[invoice_id]")
    op.create_index(
        op.f("ix_provider_payments_link_id"), "provider_payments", ["link_id"], unique=False
    )
    for table in ("payment_links", "page_settings", "collection_cases"):
        ddl.guard_rows(table, "payments", can="SELECT, INSERT, UPDATE")
    for statement in _STANDING:
        op.execute(statement)
