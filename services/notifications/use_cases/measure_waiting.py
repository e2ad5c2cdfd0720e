"""How long the oldest message has waited, for the graph that operations look at."""

from __future__ import annotations

from services.notifications import repository
from shared.db import Database, Scope


async def measure_waiting_s(db: Database) -> float:
    """Seconds since the oldest message was asked for that should have left by now; 0 for none."""
    now = db.clock.now()
    oldest_s = 0.0
    for creditor_id, _ in await db.creditor_zones():
        async with db.read(Scope(creditor_id, "system:notifications", reason="gauge")) as session:
            waiting = await repository.waiting(session, now)
        if waiting.oldest is not None:
            oldest_s = max(oldest_s, (now - waiting.oldest).total_seconds())
    return oldest_s
