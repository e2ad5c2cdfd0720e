"""How often the payer's pages are visited: one small row per address or link, for a minute.

A row says when everything taken will have been given back (`free_at`, the arrival time of the
generic cell rate algorithm): taking one adds a gap, and what would reach beyond the window is
refused. The database's clock counts, so that all processes count alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ARRAY, Float, LargeBinary, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

WINDOW_S: Final = 60.0

_TAKE = text(
    "INSERT INTO page_visits AS known (key, free_at)"
    " SELECT key, now() + make_interval(secs => gap_s)"
    " FROM unnest(:keys, :gaps_s) AS taken (key, gap_s)"
    " WHERE NOT EXISTS (SELECT FROM page_visits WHERE key = :shut_by"
    "  AND free_at + make_interval(secs => :shut_gap_s) > now() + make_interval(secs => :window_s))"
    " ORDER BY key"
    " ON CONFLICT (key) DO UPDATE"
    " SET free_at = greatest(known.free_at, now()) + (excluded.free_at - now())"
    " WHERE known.free_at + (excluded.free_at - now()) <= now() + make_interval(secs => :window_s)"
    " RETURNING key"
).bindparams(
    bindparam("keys", type_=ARRAY(LargeBinary)),
    bindparam("gaps_s", type_=ARRAY(Float)),
    bindparam("shut_by", type_=LargeBinary),
    bindparam("shut_gap_s", type_=Float),
    window_s=WINDOW_S,
)
_FORGET = text("DELETE FROM page_visits WHERE free_at < now()")


async def take(
    connection: AsyncConnection, gaps_s: Mapping[bytes, float], *, shut_by: tuple[bytes, float]
) -> set[bytes]:
    """Count one more of each key; those that may. None may while `shut_by` is used up.

    `gaps_s` are the seconds after which one of each is given back. Keys are locked in their order.
    """
    key, gap_s = shut_by
    named = {"keys": list(gaps_s), "gaps_s": list(gaps_s.values())}
    rows = await connection.execute(_TAKE, {**named, "shut_by": key, "shut_gap_s": gap_s})
    return set(rows.scalars())


async def forget(session: AsyncSession) -> None:
    """Rows that say no more than none would."""
    await session.execute(_FORGET)
