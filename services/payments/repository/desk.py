"""How a creditor wants its queue worked."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.desk import DeskRules
from services.payments.models import Creditor, DeskSettings
from services.payments.repository.locking import locked
from shared.db import WriteSession


async def rules(session: AsyncSession) -> DeskRules:
    return _rules((await session.scalars(select(DeskSettings))).one_or_none())


async def lock_rules(session: WriteSession) -> DeskRules:
    return _rules((await session.scalars(locked(select(DeskSettings)))).one_or_none())


def _rules(row: DeskSettings | None) -> DeskRules:
    if row is None:
        return DeskRules()
    return DeskRules(
        version=row.version,
        credit_to_next_invoice=row.credit_to_next_invoice,
        clerk_write_off_max_minor=row.clerk_write_off_max_minor,
    )


async def zone(session: AsyncSession) -> ZoneInfo:
    """The creditor's time zone; UTC while billing has not told of the creditor."""
    name = (await session.scalars(select(Creditor.time_zone))).one_or_none()
    return ZoneInfo(name or "UTC")
