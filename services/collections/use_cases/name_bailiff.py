"""A creditor says whom its cases are handed over to; cases handed over before stay as they are."""

from __future__ import annotations

from services.collections.models import Bailiff
from shared.db import WriteSession, scope_of


async def name_bailiff(
    session: WriteSession,
    known: Bailiff | None,
    *,
    name: str,
    reference: str | None,
    phone: str | None,
    url: str | None,
) -> Bailiff:
    """`known` is locked; none: this is the first time."""
    row = known or Bailiff(creditor_id=scope_of(session).creditor_id, version=0)
    row.version += 1
    row.name, row.reference, row.phone, row.url = name, reference, phone, url
    session.add(row)
    await session.flush()
    return row
