"""Tests in several processes (`pytest -n`): who gets what, and who has the machine to himself."""

from __future__ import annotations

import fcntl
from pathlib import Path
from types import TracebackType
from typing import Self

from xdist.scheduler import LoadFileScheduling

STORIES = "tests/e2e/"


class FilesThenStories(LoadFileScheduling):
    """A file goes to one process whole, and so do all stories, which share one stack."""

    def _split_scope(self, nodeid: str) -> str:
        return STORIES if nodeid.startswith(STORIES) else super()._split_scope(nodeid)


def turn(nodeid: str) -> int:
    """Long files first, so that all processes end together; the stories last."""
    if nodeid.startswith(STORIES):
        return 2
    return 0 if nodeid.startswith("tests/integration/") else 1


class Machine:
    """All processes that run tests share it, until one of them asks to be alone."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = path.open("a")

    def __enter__(self) -> Self:
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        return self

    def wait_until_alone(self) -> None:
        """Return once no other process runs tests of this checkout; none begins from now on."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.close()
