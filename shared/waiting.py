"""Wait for events with a limit: how every loop of a worker rests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable


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
