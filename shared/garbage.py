"""How often Python walks its objects to find cycles that nobody holds any more."""

from __future__ import annotations

import gc

_NEW_OBJECTS = 20_000
_OLDER, _OLDEST = 10, 20


def collect_seldom() -> None:
    """For a process of a service, at its start.

    Left to itself Python walks all it holds whenever that grew by a quarter: of a large import, in
    which nothing is garbage before its end, that is half the time. Cycles that die young are
    found as before, a few thousand later.
    """
    gc.set_threshold(_NEW_OBJECTS, _OLDER, _OLDEST)
