"""What migrations say about tables beyond their columns: who may touch which rows.

Each service's schema has an owner role that nobody logs in as, an application role bound by
row-level security, and a relay role that sees the outbox alone.
"""

from __future__ import annotations

from alembic import op

from shared.tables import kernel

_OWN_ROWS = "creditor_id = (SELECT nullif(current_setting('inning.creditor_id', true), '')::uuid)"


def create_kernel(service: str) -> None:
    """The kernel's tables in the current schema, as of version 1 of the kernel."""
    kernel.create_all(op.get_bind())
    app, relay = f"inning_{service}", f"inning_{service}_relay"
    guard_rows("inbox", service, can="SELECT, INSERT, DELETE")
    guard_rows("idempotency_keys", service, can="SELECT, INSERT, UPDATE, DELETE")
    guard_rows("status_history", service, can="SELECT, INSERT")
    guard_rows("audit_entries", service, can="SELECT, INSERT")
    guard_rows("audit_heads", service, can="SELECT, INSERT, UPDATE")
    guard_rows("job_runs", service, can="SELECT, INSERT, UPDATE, DELETE")
    guard_rows("customer_keys", service, can="SELECT, INSERT, UPDATE")
    guard_rows("outbox", service, can="INSERT")
    forbid_changes("status_history")
    forbid_changes("audit_entries")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON test_clock TO {app}")
    op.execute(f"GRANT SELECT ON alembic_version TO {app}")
    op.execute(f"GRANT SELECT, DELETE ON outbox TO {relay}")
    op.execute(f"CREATE POLICY relay ON outbox TO {relay} USING (true)")
    op.execute(
        "CREATE FUNCTION tell_relay() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN PERFORM pg_notify('outbox_' || TG_TABLE_SCHEMA, ''); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER tell_relay AFTER INSERT ON outbox"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_relay()"
    )
    op.execute(
        "CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'INSERT' THEN"
        "  INSERT INTO status_history"
        "   (creditor_id, noun, subject_id, before, after, actor, reason, changed_at)"
        "  SELECT creditor_id, TG_ARGV[0], id, NULL, status, current_setting('inning.actor'),"
        "   current_setting('inning.reason'), current_setting('inning.now')::timestamptz"
        "  FROM new_rows;"
        " ELSE"
        "  INSERT INTO status_history"
        "   (creditor_id, noun, subject_id, before, after, actor, reason, changed_at)"
        "  SELECT n.creditor_id, TG_ARGV[0], n.id, o.status, n.status,"
        "   current_setting('inning.actor'), current_setting('inning.reason'),"
        "   current_setting('inning.now')::timestamptz"
        "  FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.status <> o.status;"
        " END IF; RETURN NULL; END $$"
    )


def create_creditor_zones(service: str) -> None:
    """`creditor_zones()`: ids and time zones of all creditors, for jobs that go through them.

    It is the one thing a service may know across creditors. Needs the table `creditors`.
    """
    op.execute(
        "CREATE FUNCTION creditor_zones() RETURNS TABLE (creditor_id uuid, time_zone text)"
        f" LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {service}"
        " AS $$ SELECT id, time_zone FROM creditors ORDER BY id $$"
    )
    op.execute("REVOKE ALL ON FUNCTION creditor_zones() FROM public")
    op.execute(f"GRANT EXECUTE ON FUNCTION creditor_zones() TO inning_{service}")


def guard_rows(table: str, service: str, *, can: str) -> None:
    """Row-level security: a transaction sees and writes its creditor's rows only."""
    own = _OWN_ROWS if table != "creditors" else _OWN_ROWS.replace("creditor_id =", "id =", 1)
    app = f"inning_{service}"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON {table} TO {app} USING ({own}) WITH CHECK ({own})")
    op.execute(f"GRANT {can} ON {table} TO {app}")


def keep_history(table: str, noun: str) -> None:
    """Every change of `status` leaves a row in `status_history`; no code path can forget it."""
    for event, transition in (
        ("INSERT", "REFERENCING NEW TABLE AS new_rows"),
        ("UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    ):
        op.execute(
            f"CREATE TRIGGER keep_history_{event.lower()} AFTER {event} ON {table} {transition}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION keep_history('{noun}')"
        )


def forbid_changes(table: str) -> None:
    """Append-only: neither UPDATE, DELETE nor TRUNCATE, for nobody."""
    function = f"forbid_changes_of_{table}"
    op.execute(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{table} is append-only' USING ERRCODE = '23000'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER forbid_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )
