"""Databases for tests: migrated once into a template, then copied in a moment for each test."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from shared.migrate import SERVICES, migrate

_ROOT = Path(__file__).resolve().parents[2]
_PASSWORD = "test"  # noqa: S105 - loopback only
_LOCK = 0x1221_0003


class TestDatabases:
    """Makes and drops databases beside the one `admin_url` names."""

    __test__ = False

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url
        self._template = f"inning_template_{_fingerprint()}"
        # What the server does while a test runs: the next test's copy, and dropping earlier ones.
        self._next: asyncio.Task[str] | None = None
        self._dropping: set[asyncio.Task[None]] = set()

    def url(self, database: str, role: str | None = None) -> str:
        """The address of `database` for `role` (the administrator when none is named)."""
        parts = urlsplit(self.admin_url)
        host = f"{parts.hostname}:{parts.port or 5432}"
        login = parts.netloc.rsplit("@", 1)[0] if role is None else f"{role}:{_PASSWORD}"
        return urlunsplit((parts.scheme, f"{login}@{host}", f"/{database}", "", ""))

    async def prepare(self) -> None:
        """Migrate the template of this state of the code, unless it is there already."""
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
            known = await connection.fetchval(
                "SELECT datistemplate FROM pg_database WHERE datname = $1", self._template
            )
            if known:
                return
            if known is not None:
                await connection.execute(f'DROP DATABASE "{self._template}" WITH (FORCE)')
            for service in SERVICES:
                for variable, role in self.roles(service).items():
                    os.environ[variable] = self.url(self._template, role)
            await migrate(self.url(self._template))
            await connection.execute(f'ALTER DATABASE "{self._template}" IS_TEMPLATE true')
        finally:
            await connection.close()

    @staticmethod
    def roles(service: str) -> dict[str, str]:
        name = service.upper()
        return {
            f"{name}_DATABASE_URL": f"inning_{service}",
            f"{name}_RELAY_DATABASE_URL": f"inning_{service}_relay",
        }

    async def create(self) -> str:
        """A new database, a copy of the template; returns its name."""
        name = f"test_{uuid4().hex[:16]}"
        # As files: through its log and its memory the server needs twice the time.
        await self._execute(
            f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY FILE_COPY'
        )
        return name

    async def drop(self, name: str) -> None:
        await self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def take(self) -> str:
        """A new database, copied while the test before ran."""
        ready = self._next or asyncio.create_task(self.create())
        name = await ready
        self._next = asyncio.create_task(self.create())
        return name

    def give_back(self, name: str) -> None:
        """Drop it while the next tests run."""
        dropping = asyncio.create_task(self.drop(name))
        self._dropping.add(dropping)
        dropping.add_done_callback(self._dropping.discard)

    async def close(self) -> None:
        """Leave no copy behind."""
        if self._next is not None:
            self.give_back(await self._next)
        await asyncio.gather(*self._dropping)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def _fingerprint() -> str:
    """Changes when anything that shapes the schema changes."""
    digest = hashlib.sha256()
    for path in sorted(_ROOT.glob("services/*/migrations/**/*.py")):
        digest.update(path.read_bytes())
    for name in ("ddl.py", "tables.py", "migrate.py", "migration_env.py"):
        digest.update((_ROOT / "shared" / name).read_bytes())
    return digest.hexdigest()[:12]
