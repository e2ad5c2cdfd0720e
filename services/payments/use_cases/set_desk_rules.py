"""Change how a creditor wants its queue worked."""

from __future__ import annotations

from services.payments.domain.desk import DeskRules
from services.payments.models import DeskSettings
from services.payments.repository import desk
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.http.etag import check_if_match
from shared.rows import rows_of

_REPLACED = (
    "(creditor_id) DO UPDATE SET version = excluded.version,"
    " credit_to_next_invoice = excluded.credit_to_next_invoice,"
    " clerk_write_off_max_minor = excluded.clerk_write_off_max_minor"
    " WHERE excluded.version = desk_settings.version + 1"
)


async def set_desk_rules(
    session: WriteSession,
    if_match: str | None,
    *,
    credit_to_next_invoice: bool,
    clerk_write_off_max_minor: int,
) -> DeskRules:
    known = await desk.lock_rules(session)
    check_if_match(if_match, known.version)
    rules = DeskRules(known.version + 1, credit_to_next_invoice, clerk_write_off_max_minor)
    row = {
        "creditor_id": scope_of(session).creditor_id,
        "version": rules.version,
        "credit_to_next_invoice": rules.credit_to_next_invoice,
        "clerk_write_off_max_minor": rules.clerk_write_off_max_minor,
    }
    await insert_rows(session, rows_of(DeskSettings), [row], on_conflict=_REPLACED)
    return rules
