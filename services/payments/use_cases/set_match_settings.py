"""Change how sure matching must be for a creditor."""

from __future__ import annotations

from services.payments.domain.matching import Settings
from services.payments.models import MatchSettings
from services.payments.repository import facts
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.http.etag import check_if_match
from shared.rows import rows_of

_REPLACED = (
    "(creditor_id) DO UPDATE SET version = excluded.version, post_at = excluded.post_at,"
    " tie_margin = excluded.tie_margin, tolerance_minor = excluded.tolerance_minor,"
    " fill_by_law = excluded.fill_by_law WHERE excluded.version = match_settings.version + 1"
)


async def set_match_settings(
    session: WriteSession,
    if_match: str | None,
    *,
    post_at: float,
    tie_margin: float,
    tolerance_minor: int,
    fill_by_law: bool,
) -> facts.StoredSettings:
    known = await facts.lock_settings(session)
    check_if_match(if_match, known.version)
    row = {
        "creditor_id": scope_of(session).creditor_id,
        "version": known.version + 1,
        "post_at": post_at,
        "tie_margin": tie_margin,
        "tolerance_minor": tolerance_minor,
        "fill_by_law": fill_by_law,
    }
    await insert_rows(session, rows_of(MatchSettings), [row], on_conflict=_REPLACED)
    return facts.StoredSettings(
        known.version + 1,
        Settings(
            post_at=post_at,
            tie_margin=tie_margin,
            tolerance_minor=tolerance_minor,
            fill_by_law=fill_by_law,
        ),
    )
