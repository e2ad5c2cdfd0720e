"""The bailiff of the creditor of this transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import Bailiff
from shared.db import WriteSession


async def bailiff(session: AsyncSession) -> Bailiff | None:
    """None while the creditor has named nobody."""
    return (await session.scalars(select(Bailiff))).one_or_none()


async def lock_bailiff(session: WriteSession) -> Bailiff | None:
    return (await session.scalars(select(Bailiff).with_for_update())).one_or_none()
