"""Give messages to their roads, and tell what came of each as soon as it is known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.notifications.domain.message import Channel
from services.notifications.domain.road import road_is_closed
from services.notifications.domain.sending import SendOutcome
from services.notifications.senders.sender import Sender
from services.notifications.use_cases.load_outgoing import Outgoing

Roads = Mapping[Channel, Sender]


@dataclass(frozen=True, slots=True)
class Tried:
    """`outcome` None: not tried, because the road was closed before its turn."""

    outgoing: Outgoing
    outcome: SendOutcome | None


Known = asyncio.Queue[Tried | None]


async def hand_over(
    outgoing: Sequence[Outgoing], roads: Roads, *, at_once: int
) -> AsyncGenerator[Sequence[Tried], None]:
    """Groups of what is known by now; every message comes out exactly once.

    `at_once`: e-mails on their way at the same time. Nothing new is begun while more than twice
    that many outcomes wait for the caller: a process that dies takes with it what is not on
    record yet, and those messages go out again.
    """
    known: Known = asyncio.Queue(maxsize=2 * at_once)
    mails = iter([item for item in outgoing if item.message.channel is Channel.EMAIL])
    letters = [item for item in outgoing if item.message.channel is Channel.LETTER]
    working = asyncio.create_task(_hand_over(mails, letters, roads, known, at_once))
    try:
        finished = False
        while not finished:
            group = [await known.get()]
            while not known.empty():
                group.append(known.get_nowait())
            finished = None in group
            yield [tried for tried in group if tried is not None]
        await working
        yield [Tried(item, None) for item in mails]
    finally:
        # Left early only when recording failed for good: what is on its way now goes out again.
        working.cancel()
        await asyncio.wait({working})


async def _hand_over(
    mails: Iterator[Outgoing],
    letters: Sequence[Outgoing],
    roads: Roads,
    known: Known,
    at_once: int,
) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(_mail(mails, roads[Channel.EMAIL], known))
            if letters:
                group.create_task(_post(letters, roads[Channel.LETTER], known))
    finally:
        task = asyncio.current_task()
        if task is None or not task.cancelling():
            await known.put(None)


async def _mail(mails: Iterator[Outgoing], road: Sender, known: Known) -> None:
    for item in mails:
        outcome = await road.send(item.message)
        await known.put(Tried(item, outcome))
        if road_is_closed(outcome):
            return


async def _post(letters: Sequence[Outgoing], road: Sender, known: Known) -> None:
    """All in one order: the print house takes one lock and one flush for it."""
    outcomes = await road.send_many([item.message for item in letters])
    for item, outcome in zip(letters, outcomes, strict=True):
        await known.put(Tried(item, outcome))
