"""Which day it is for the creditor of this transaction."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.repository import desk
from shared.clock import business_date


async def today_of(session: AsyncSession) -> date:
    return business_date(session.info["clock"].now(), await desk.zone(session))
