"""What one process of one service has in hand: settings, clock, database, keys, tokens.

Use cases get single pieces of it as arguments; only edges hold the whole.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.auth import TokenVerifier
from shared.clock import Clock, SettableClock, SystemClock
from shared.crypto import Vault
from shared.db import Database
from shared.settings import ServiceSettings
from shared.telemetry import log

_FOLLOW_EVERY_S = 0.05


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
        # Set when a settable clock was moved: whoever waits for a time wakes up.
        self.clock_moved = asyncio.Event()
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
            with suppress(DBAPIError, OSError):
                await self.read_clock()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _FOLLOW_EVERY_S)

    async def read_clock(self) -> None:
        async with self.db.engine.connect() as connection:
            shift_s = await connection.scalar(text("SELECT shift_s FROM test_clock"))
        if not isinstance(self.clock, SettableClock) or shift_s is None:
            return
        if self.clock.set(timedelta(seconds=shift_s)):
            self.clock_moved.set()

    async def close(self) -> None:
        await self.db.close()
        log.info("service.closed")
