"""What one process of one service has in hand: settings, clock, database, keys, tokens.

Use cases get single pieces of it as arguments; only edges hold the whole.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.auth import TokenVerifier
from shared.clock import Clock, SettableClock, SystemClock
from shared.crypto import Vault
from shared.db import Database
from shared.settings import ServiceSettings
from shared.telemetry import log
from shared.waiting import pause, wait_any

_READ_CLOCK_EVERY_S = 1.0
_CATCH_UP_S = 5.0


def clock_channel(service: str) -> str:
    """Where PostgreSQL notifies the processes of a service that its settable clock was moved."""
    return f"test_clock_{service}"


class Service:
    def __init__(self, name: str, settings: ServiceSettings, clock: Clock | None = None) -> None:
        self.name = name
        self.settings = settings
        self.clock = clock or (SettableClock() if settings.clock_is_settable else SystemClock())
        self.db = Database(
            settings.database_url.get_secret_value(),
            clock=self.clock,
            pool_size=settings.pool_size,
        )
        # Set when a clock job may have work: events came or went, or the clock was moved.
        self.stirred = asyncio.Event()
        self.vault = Vault(settings.master_key.get_secret_value())
        self.tokens = TokenVerifier(
            settings.jwks_url, issuer=settings.token_issuer, audience=settings.token_audience
        )

    async def ready(self) -> str | None:
        """None when work can be done, else what is missing."""
        try:
            async with asyncio.timeout(3), self.db.engine.connect() as connection:
                await connection.execute(text("SELECT 1 FROM alembic_version"))
        except (DBAPIError, OSError, TimeoutError) as error:
            return f"database: {type(error).__name__}"
        return None

    async def follow_clock(self, stop: asyncio.Event) -> None:
        """Outside production, keep this process on the stack's settable clock."""
        if not isinstance(self.clock, SettableClock):
            return
        while not stop.is_set():
            try:
                await self._listen(stop)
            except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("clock.interrupted", error=type(error).__name__)
                await pause(stop, 0.5)

    async def _listen(self, stop: asyncio.Event) -> None:
        url = self.settings.database_url.get_secret_value()
        connection = await asyncpg.connect(url, timeout=5)
        moved = asyncio.Event()
        try:
            await connection.add_listener(clock_channel(self.name), lambda *_: moved.set())
            while not stop.is_set():
                await self.read_clock()
                await wait_any((moved, stop), _READ_CLOCK_EVERY_S)
                moved.clear()
        finally:
            await connection.close(timeout=2)

    async def read_clock(self) -> None:
        async with self.db.engine.connect() as connection:
            shift_s = await connection.scalar(text("SELECT shift_s FROM test_clock"))
        if not isinstance(self.clock, SettableClock) or shift_s is None:
            return
        if self.clock.set(timedelta(seconds=shift_s)):
            self.stirred.set()

    async def catch_up(self, instant: datetime) -> None:
        """Be on the day of `instant`, at which another service of the stack already is.

        A settable clock is moved in each service apart; what one does on the new day must not be
        followed up by another on the day before. Gives up after a while: an event may also be of
        a day from which the clock was set back.
        """
        if not isinstance(self.clock, SettableClock):
            return
        given_up = time.monotonic() + _CATCH_UP_S
        while self.clock.now().date() < instant.date() and time.monotonic() < given_up:
            await self.read_clock()
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self.db.close()
        log.info("service.closed")
