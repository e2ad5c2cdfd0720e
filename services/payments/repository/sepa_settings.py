"""A creditor's settings for direct debits and transfers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.sepa_rules import Notice, SepaRules
from services.payments.models import SepaSettings
from services.payments.repository.locking import locked
from shared.db import WriteSession


async def sepa_rules(session: AsyncSession) -> SepaRules:
    """What the creditor set, or the defaults."""
    return _rules((await session.scalars(select(SepaSettings))).one_or_none())


async def lock_settings(session: WriteSession) -> SepaSettings | None:
    return (await session.scalars(locked(select(SepaSettings)))).one_or_none()


def _rules(row: SepaSettings | None) -> SepaRules:
    if row is None:
        return SepaRules()
    notice: Notice = "event" if row.notice == "event" else "invoice"
    return SepaRules(
        version=row.version,
        notice=notice,
        notice_days=row.notice_days,
        marks_first=row.marks_first,
        clerk_limit_minor=row.clerk_limit_minor,
        supervisor_limit_minor=row.supervisor_limit_minor,
        duplicate_days=row.duplicate_days,
    )
