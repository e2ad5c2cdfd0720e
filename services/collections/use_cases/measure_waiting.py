"""How long changed customers wait to be looked at, for the graph that operations look at."""

from __future__ import annotations

from services.collections.repository import looking
from shared.db import Database, Scope


async def measure_waiting_s(db: Database) -> float:
    """Seconds since the first change nobody has looked at yet, over all creditors; 0 for none."""
    now = db.clock.now()
    waited_s = 0.0
    for creditor_id, _ in await db.creditor_zones():
        async with db.read(Scope(creditor_id, "system:collections", reason="gauge")) as session:
            oldest = await looking.oldest_mark(session)
        if oldest is not None:
            waited_s = max(waited_s, (now - oldest).total_seconds())
    return waited_s
