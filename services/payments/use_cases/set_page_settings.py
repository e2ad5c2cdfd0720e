"""What a creditor allows on the pages of its payers."""

from __future__ import annotations

from services.payments.models import PageSettings
from shared.db import WriteSession, scope_of
from shared.money import Money


async def set_page_settings(
    session: WriteSession, known: PageSettings | None, *, may_pay_part: bool, least_part: Money
) -> PageSettings:
    """`known` is locked; none: this is the first time."""
    row = known or PageSettings(creditor_id=scope_of(session).creditor_id, version=0)
    row.version += 1
    row.may_pay_part = may_pay_part
    row.least_part_minor = least_part.minor
    session.add(row)
    await session.flush()
    return row
