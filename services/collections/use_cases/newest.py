"""Of several events about one thing in a batch, only the newest is worth a write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

from shared.events.envelope import Event, Received

E = TypeVar("E", bound=Event)


def newest(batch: Iterable[Received[E]], key: Callable[[E], tuple[UUID, int]]) -> list[E]:
    """The event of the highest version per id, in the order of the ids.

    A statement that met one row twice would fail, and rows locked in one order never deadlock.
    """
    found: dict[UUID, tuple[int, E]] = {}
    for received in batch:
        thing, version = key(received.event)
        if thing not in found or found[thing][0] < version:
            found[thing] = (version, received.event)
    return [found[thing][1] for thing in sorted(found)]
