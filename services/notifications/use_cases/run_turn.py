"""One creditor's turn: write and send what is due, until nothing is left or the time is up.

What makes a message leave once: its bytes are archived and committed as `rendered` before the road
is asked, one process at a time works for a creditor (an advisory lock that dies with its
connection), and outcomes are recorded in small groups as they come. A process that is killed
leaves `rendered` messages, which the next one sends. Those the relay had accepted and whose outcome
was not recorded yet go out a second time, with the same Message-ID; letters do not, since the
print house takes an id once.
"""

from __future__ import annotations

import asyncio
import time as machine
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notifications import repository
from services.notifications.service import NotificationsService
from services.notifications.use_cases.hand_over import Tried, hand_over
from services.notifications.use_cases.load_outgoing import load_outgoing
from services.notifications.use_cases.record_outcomes import record_outcomes, record_unreadable
from services.notifications.use_cases.repeat_lost import repeat_lost
from services.notifications.use_cases.write_messages import write_messages
from shared.db import Scope, is_transient
from shared.errors import InvalidInput
from shared.telemetry import log, meter

_TAKE = text("SELECT pg_try_advisory_lock(1223, hashtext(:creditor))")
_GIVE_BACK = text("SELECT pg_advisory_unlock(1223, hashtext(:creditor))")
# What was sent must be recorded, so a database that is away for a moment is waited for.
_RECORD_AGAIN_AFTER_S = (0.1, 0.5, 2.0, 5.0, 10.0)

_written = meter.create_counter("inning.messages.written", description="messages archived")
_tried = meter.create_counter("inning.messages.tried", description="hand-overs by outcome")


async def run_turn(service: NotificationsService, creditor_id: UUID, _today: date) -> None:
    turn = Turn(service, creditor_id)
    if not await turn.is_anything_due():
        return
    async with _alone(service.db.engine, creditor_id) as alone:
        if not alone:
            return
        until = machine.monotonic() + service.settings.turn_s
        await turn.repeat_lost()
        while machine.monotonic() < until:
            # What was written in the last round is on its way while the next is written.
            done = await _both(turn.write(), turn.send())
            if not done:
                return


class Turn:
    """The steps of a turn; each opens its own transactions."""

    def __init__(self, service: NotificationsService, creditor_id: UUID) -> None:
        self._service = service
        self._scope = Scope(creditor_id, "system:notifications", reason="job:send_messages")

    async def is_anything_due(self) -> bool:
        """Asked first, because most turns find nothing."""
        async with self._service.db.read(self._scope) as session:
            return await repository.is_anything_due(session, self._service.clock.now())

    async def repeat_lost(self) -> None:
        async with self._service.db.write(self._scope) as session:
            await repeat_lost(
                session, clock=self._service.clock, limit=self._service.settings.chunk_size
            )

    async def write(self) -> int:
        """Write one chunk of requested messages; returns how many were taken in hand."""
        service = self._service
        try:
            async with service.db.write(self._scope) as session:
                count = await write_messages(
                    session,
                    press=service.press,
                    vault=service.vault,
                    clock=service.clock,
                    limit=service.settings.chunk_size,
                )
        except InvalidInput as error:
            # Not the messages' fault: they wait until the letter head is mended.
            service.tell_once(self._scope.creditor_id, error)
            return 0
        _written.add(count)
        return count

    async def send(self) -> int:
        """Hand over one chunk of written messages; returns how many there were."""
        service = self._service
        async with service.db.read(self._scope) as session:
            ready, unreadable = await load_outgoing(
                session,
                vault=service.vault,
                clock=service.clock,
                limit=service.settings.chunk_size,
            )
            creditor = await repository.creditor(session)
        if unreadable:
            async with service.db.write(self._scope) as writing:
                await record_unreadable(writing, unreadable, clock=service.clock)
        if ready and creditor is not None:
            async with service.roads(creditor.email) as roads:
                groups = hand_over(ready, roads, at_once=service.settings.smtp_connections)
                async with aclosing(groups):
                    async for group in groups:
                        await self._record(group)
        return len(ready) + len(unreadable)

    async def _record(self, group: Sequence[Tried]) -> None:
        for delay_s in (*_RECORD_AGAIN_AFTER_S, None):
            try:
                await self._record_once(group)
            except Exception as error:
                if delay_s is None or not is_transient(error):
                    log.error("outcomes.lost", messages=len(group), error=type(error).__name__)
                    raise
                await asyncio.sleep(delay_s)
            else:
                break
        for item in group:
            _tried.add(1, {"outcome": type(item.outcome).__name__.lower()})

    async def _record_once(self, group: Sequence[Tried]) -> None:
        service = self._service
        async with service.db.write(self._scope) as session:
            await record_outcomes(
                session,
                group,
                vault=service.vault,
                clock=service.clock,
                print_house_days=service.settings.print_house_days,
            )


async def _both(first: Awaitable[int], second: Awaitable[int]) -> int:
    """The sum of both; each ends by itself, whatever becomes of the other."""
    results = await asyncio.gather(first, second, return_exceptions=True)
    total = 0
    for result in results:
        if isinstance(result, BaseException):
            raise result
        total += result
    return total


@asynccontextmanager
async def _alone(engine: AsyncEngine, creditor_id: UUID) -> AsyncIterator[bool]:
    """Whether this process is the only one at work for the creditor, for the block's duration."""
    named = {"creditor": str(creditor_id)}
    async with engine.connect() as connection:
        taken = bool(await connection.scalar(_TAKE, named))
        await connection.commit()
        try:
            yield taken
        finally:
            if taken:
                await connection.execute(_GIVE_BACK, named)
                await connection.commit()
