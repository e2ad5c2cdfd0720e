"""Two things at once: one waited for, one made in a thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

from shared.waiting import meanwhile

LIMIT_S = 5.0


async def test_something_is_made_while_the_work_is_waited_for() -> None:
    """The work cannot end before the making began, and the making not before the work did."""
    begun, worked = threading.Event(), threading.Event()

    async def work() -> None:
        assert await asyncio.to_thread(begun.wait, LIMIT_S)
        worked.set()

    def make() -> bool:
        begun.set()
        return worked.wait(LIMIT_S)

    assert await meanwhile(work(), make)


async def test_work_that_fails_leaves_no_thread_behind() -> None:
    failed, ended = threading.Event(), threading.Event()

    async def work() -> None:
        failed.set()
        raise ConnectionError

    def make() -> None:
        assert failed.wait(LIMIT_S)
        ended.set()

    with pytest.raises(ConnectionError):
        await meanwhile(work(), make)
    assert ended.is_set()


async def test_what_cannot_be_made_fails_after_the_work() -> None:
    worked = threading.Event()

    async def work() -> None:
        worked.set()

    def make() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await meanwhile(work(), make)
    assert worked.is_set()
