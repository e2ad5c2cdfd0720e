"""The kernel's tables: outbox, inbox, idempotency keys, history, audit trail, jobs, keys."""

from shared import ddl

revision = "0001_kernel"
down_revision = None


def upgrade() -> None:
    ddl.create_kernel("notifications")
