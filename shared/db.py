"""The database edge: engines, sessions, and the only commits there are.

A session belongs to one request or one message batch. Opening one names the creditor, which
row-level security then enforces for every statement of the transaction, and the actor, which the
status history and the audit trail write down.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NewType
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import MetaData, text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shared import audit, outbox
from shared.clock import Clock

ReadSession = NewType("ReadSession", AsyncSession)
WriteSession = NewType("WriteSession", AsyncSession)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_OPEN = text(
    "SELECT set_config('inning.creditor_id', :creditor, true),"
    " set_config('inning.actor', :actor, true),"
    " set_config('inning.reason', :reason, true),"
    " set_config('inning.now', :now, true)"
)
_READ_ONLY = text("SET TRANSACTION READ ONLY")

# SQLSTATE classes that pass: connection, resources, operator. Then: a lost race for a lock, and
# a table or column that is not there, since code may be started before its migration has run.
_TRANSIENT_CLASSES = ("08", "53", "57")
_UNIQUE_VIOLATION = "23505"
_LOCK_TIMEOUT = "55P03"
_TRANSIENT_STATES = {"40001", "40P01", "55P03", "42P01", "42703"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a transaction may touch, and on whose word it acts.

    `actor` is `clerk:<subject>`, `machine:<subject>` or `system:<service>`; `reason` names the
    command or the causing event.
    """

    creditor_id: UUID
    actor: str
    reason: str = ""


class Database:
    """One service's door to its schema, as the role that row-level security binds."""

    def __init__(self, url: str, *, clock: Clock, pool_size: int = 10) -> None:
        self.engine = engine_for(url, pool_size=pool_size)
        self.clock = clock

    @asynccontextmanager
    async def write(self, scope: Scope) -> AsyncIterator[WriteSession]:
        """A transaction that commits when the block ends well and leaves nothing when not."""
        async with self.transaction(scope) as session:
            yield session
            await self.commit(session)

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[WriteSession]:
        """A transaction the caller commits by `commit`; it leaves nothing otherwise."""
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session:
            await self._begin(session, scope)
            yield WriteSession(session)

    @asynccontextmanager
    async def read(self, scope: Scope) -> AsyncIterator[ReadSession]:
        """A read-only transaction; the database refuses a write in it."""
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session:
            await session.execute(_READ_ONLY)
            await self._begin(session, scope)
            yield ReadSession(session)

    async def _begin(self, session: AsyncSession, scope: Scope) -> None:
        session.info["scope"] = scope
        session.info["clock"] = self.clock
        await session.execute(
            _OPEN,
            {
                "creditor": str(scope.creditor_id),
                "actor": scope.actor,
                "reason": scope.reason,
                "now": self.clock.now().isoformat(),
            },
        )

    @staticmethod
    async def commit(session: WriteSession) -> None:
        """Write the events and the audit entries of this transaction, then commit it whole."""
        await session.flush()
        await outbox.flush(session)
        await audit.flush(session)
        await session.commit()

    async def creditor_zones(self) -> list[tuple[UUID, ZoneInfo]]:
        """Every creditor's id and time zone: all a service may know across creditors."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(text("SELECT * FROM creditor_zones()"))
            return [(row.creditor_id, ZoneInfo(row.time_zone)) for row in rows]

    async def close(self) -> None:
        await self.engine.dispose()


def engine_for(url: str, *, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        pool_timeout=10,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": 5,
            "server_settings": {
                "jit": "off",
                "lock_timeout": "10s",
                "idle_in_transaction_session_timeout": "120s",
            },
        },
    )


def service_metadata() -> MetaData:
    """Metadata with the naming convention; tables live in the service's own schema."""
    return MetaData(naming_convention=NAMING)


def scope_of(session: AsyncSession) -> Scope:
    scope: Scope = session.info["scope"]
    return scope


def is_taken(error: BaseException) -> bool:
    """Whether something unique was there first: it was stored after it had been looked for."""
    return _state_of(error) == _UNIQUE_VIOLATION


def is_lock_timeout(error: BaseException) -> bool:
    """Whether somebody else held a lock for longer than it was waited for."""
    return _state_of(error) == _LOCK_TIMEOUT


def _state_of(error: BaseException) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def is_transient(error: BaseException) -> bool:
    """Whether trying the same work again can succeed: the server is away, or a lock was lost."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, InterfaceError):
            return True
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return state in _TRANSIENT_STATES or state.startswith(_TRANSIENT_CLASSES)
    return isinstance(error, OSError | TimeoutError)
