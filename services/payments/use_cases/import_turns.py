"""One bank file of a creditor is read and booked at a time; the others wait for their turn.

Each sees what the one before it booked, and only one is held in memory. In a process the turn is
waited for without a connection; between processes (`wait_for_import`) the database gives it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from services.payments.repository import statements
from shared.db import WriteSession, is_lock_timeout
from shared.errors import TransientError


class ImportRunning(TransientError):
    code = "import_running"
    title = "Another bank file of this creditor is being booked: send this one again in a while"
    retry_after_s = 30


class ImportTurns:
    """The turns of one process, by creditor."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._locks: dict[UUID, asyncio.Lock] = {}

    @asynccontextmanager
    async def turn(self, creditor_id: UUID) -> AsyncIterator[None]:
        """Raises `ImportRunning` when the turn does not come within the time."""
        lock = self._locks.setdefault(creditor_id, asyncio.Lock())
        try:
            async with asyncio.timeout(self._wait_s):
                await lock.acquire()
        except TimeoutError:
            raise ImportRunning() from None
        try:
            yield
        finally:
            lock.release()


async def wait_for_import(session: WriteSession, wait_s: float) -> None:
    """Until the end of this transaction no other process books a file of this creditor.

    Raises `ImportRunning` after `wait_s`, which is longer than other locks are waited for.
    """
    try:
        await statements.lock_import(session, wait_s)
    except DBAPIError as error:
        if is_lock_timeout(error):
            raise ImportRunning() from None
        raise
