"""Wait: for events with a limit, as every loop of a worker rests, and for two things at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Made = TypeVar("Made")


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Rest for `seconds`; True when asked to stop meanwhile."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def wait_any(events: Iterable[asyncio.Event], seconds: float) -> None:
    """Return when one of `events` is set, or after `seconds`."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


async def meanwhile(working: Awaitable[object], make: Callable[[], Made]) -> Made:
    """What `make` makes in a thread while `working` is waited for; both are over when this is.

    So the database writes one table while the rows of the next are made, and other requests are
    answered. `make` touches nothing that anybody else changes.
    """
    making = asyncio.create_task(asyncio.to_thread(make))
    try:
        await working
    finally:
        made = await making
    return made
