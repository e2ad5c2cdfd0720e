"""How often Python walks its objects to find cycles that nobody holds any more."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_NEW_OBJECTS = 20_000
_OLDER, _OLDEST = 10, 20

_changing = Lock()
_holders: set[object] = set()


def collect_seldom() -> None:
    """For a process of a service, at its start.

    Left to itself Python walks all it holds whenever that grew by a quarter: of a large import, in
    which nothing is garbage before its end, that is half the time. Cycles that die young are
    found as before, a few thousand later.
    """
    gc.set_threshold(_NEW_OBJECTS, _OLDER, _OLDEST)


@contextmanager
def nothing_is_garbage() -> Iterator[None]:
    """While something large is built of which all is held to its end: no walk finds anything.

    Cycles of other requests wait for the end of it, when the last of any number of holders leaves.
    """
    holder = object()
    with _changing:
        _holders.add(holder)
        gc.disable()
    try:
        yield
    finally:
        with _changing:
            _holders.remove(holder)
            if not _holders:
                # To the oldest, without a walk: most of it goes by itself a moment later.
                gc.freeze()
                gc.unfreeze()
                gc.enable()
