"""Set a creditor's own rules for direct debits and transfers."""

from __future__ import annotations

from dataclasses import asdict

from services.payments.domain.sepa_rules import SepaRules
from services.payments.models import SepaSettings
from services.payments.repository import sepa_settings
from shared.db import WriteSession, scope_of
from shared.http.etag import check_if_match


async def save_sepa_rules(
    session: WriteSession, rules: SepaRules, *, if_match: str | None
) -> SepaRules:
    """`if_match`: the ETag of the rules that were read, defaults included."""
    row = await sepa_settings.lock_settings(session)
    version = row.version if row is not None else 0
    check_if_match(if_match, version)
    values = {**asdict(rules), "version": version + 1}
    if row is None:
        session.add(SepaSettings(creditor_id=scope_of(session).creditor_id, **values))
    else:
        for column, value in values.items():
            setattr(row, column, value)
    return SepaRules(**values)
