"""Wait until the stack has nothing left to do for the present business day."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from typing import Any

import httpx

from deploy.demo.calls import Calls

_LIMIT_S = 120.0


class NeverQuiet(Exception):
    """The stack kept working, or hung: what it last said is in the message."""


async def until_quiet(calls: Calls, day: date) -> None:
    """Outboxes empty, nothing unread, jobs of `day` done, no message waiting: twice in a row."""
    before: Any = None
    busy: list[str] = []
    began = time.monotonic()
    while (waited_s := time.monotonic() - began) < _LIMIT_S:
        try:
            states = await calls.states()
        except (httpx.HTTPError, ValueError) as error:
            before, busy = None, [f"a worker does not answer: {type(error).__name__}"]
            await asyncio.sleep(0.2)
            continue
        busy = _busy(states, day, str(calls.creditor_id))
        if not busy:
            counters = {name: (s["published"], s["handled"]) for name, s in states.items()}
            if counters == before:
                waiting = await _messages_waiting(calls)
                if not waiting:
                    return
                busy = [f"{waiting} messages to send"]
            before = counters
        else:
            before = None
        # Asking takes from the processor what the work needs: the longer it lasts, the rarer.
        await asyncio.sleep(min(0.03 + waited_s / 10, 0.5))
    raise NeverQuiet(f"on {day}: {'; '.join(busy)}")


async def _messages_waiting(calls: Calls) -> int:
    summary = await calls.get("notifications", "/summary")
    return int(summary["waiting"])


def _busy(states: dict[str, Any], day: date, creditor: str) -> list[str]:
    found = []
    for name, state in states.items():
        if state["outbox_pending"]:
            found.append(f"{name} has {state['outbox_pending']} events to publish")
        if state["consumer_lag"] or state["consumer_busy"]:
            found.append(f"{name} has {state['consumer_lag']} messages to read")
        if state["jobs"] and state["jobs_done_until"].get(creditor) != day.isoformat():
            found.append(f"{name} has jobs to do")
    return found
