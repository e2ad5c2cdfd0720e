"""Copies of what others own: the highest version wins, in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from shared.events.envelope import Event

E = TypeVar("E", bound=Event)


def newest(events: Iterable[E], identity: str) -> list[E]:
    """One event per id: a statement may meet each row once only."""
    by_id: dict[Any, E] = {}
    for event in events:
        key = getattr(event, identity)
        known = by_id.get(key)
        if known is None or version_of(known) <= version_of(event):
            by_id[key] = event
    return list(by_id.values())


def version_of(event: Event) -> int:
    """Events without a version count in the order they came."""
    version: int = getattr(event, "version", 0)
    return version


def newer_wins(table: str, columns: Sequence[str], *, extra: str = "") -> str:
    """The SQL behind `ON CONFLICT` that lets a higher version replace `columns`."""
    assignments = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return f"(id) DO UPDATE SET {assignments}{extra} WHERE {table}.version < excluded.version"
