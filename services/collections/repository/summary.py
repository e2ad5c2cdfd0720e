"""Counts over a creditor's whole collections, for the table at the end of a demonstration."""

from __future__ import annotations

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_COUNTS = text(
    "SELECT 'cases' AS noun, status AS word, count(*), 0 AS minor FROM cases GROUP BY status"
    " UNION ALL SELECT 'steps', code, count(*), 0 FROM steps"
    "  WHERE status NOT IN ('failed', 'dropped') GROUP BY code"
    " UNION ALL SELECT 'failed_steps', code, count(*), 0 FROM steps"
    "  WHERE status = 'failed' GROUP BY code"
    " UNION ALL SELECT 'charges', kind, count(*), sum(amount_minor) FROM charges"
    "  WHERE status <> 'rejected' GROUP BY kind"
    " UNION ALL SELECT 'arrangements', status, count(*), sum(total_minor) FROM arrangements"
    "  GROUP BY status"
    " UNION ALL SELECT 'disputes', status, count(*), 0 FROM disputes GROUP BY status"
    " UNION ALL SELECT 'worklist', kind, count(*), 0 FROM worklist_items"
    "  WHERE finished_at IS NULL GROUP BY kind"
    " UNION ALL SELECT 'claims', status, count(*),"
    "  sum(open_principal_minor + open_costs_minor + open_interest_minor) FROM claims"
    "  GROUP BY status"
    " UNION ALL SELECT 'waiting', 'look', count(*), 0 FROM customers"
    "  WHERE look_since IS NOT NULL"
)


async def counts(session: AsyncSession) -> list[Row[str, str, int, int]]:
    """Noun, word (status, kind or code), how many, and minor units where money goes with it."""
    return list(await session.execute(_COUNTS))
