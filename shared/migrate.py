"""`python -m shared.migrate [SERVICE...]`: database, roles, schemas and migrations, in that order.

Runs as the administrator (`INNING_ADMIN_DATABASE_URL`); the services themselves never change a
schema. Two runs at once wait for each other on an advisory lock.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

SERVICES = ("billing", "payments", "collections", "notifications")
_LOCK = 0x1221_0001
_ROOT = Path(__file__).resolve().parent.parent


async def migrate(admin_url: str, services: tuple[str, ...] = SERVICES) -> None:
    """Bring `services` to the newest version; roles take passwords from their DATABASE_URLs."""
    await prepare(admin_url, services)
    for service in services:
        await _upgrade(admin_url, service)


def alembic_config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_ROOT / "services" / service / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s")
    config.attributes["service"] = service
    return config


async def prepare(admin_url: str, services: tuple[str, ...]) -> None:
    await _create_database(admin_url)
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await connection.execute("REVOKE ALL ON SCHEMA public FROM public")
        for service in services:
            await _create_roles(connection, service)
    finally:
        await connection.close()


async def _create_database(admin_url: str) -> None:
    name = urlsplit(admin_url).path.lstrip("/")
    maintenance = admin_url.rsplit("/", 1)[0] + "/postgres"
    connection = await asyncpg.connect(maintenance)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            # Another migration may make it between the question and the statement.
            with suppress(asyncpg.DuplicateDatabaseError):
                await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def _create_roles(connection: asyncpg.Connection, service: str) -> None:
    app, relay, owner = f"inning_{service}", f"inning_{service}_relay", f"inning_{service}_owner"
    await _create_role(connection, owner, None)
    await _create_role(connection, app, _password(f"{service.upper()}_DATABASE_URL"))
    await _create_role(connection, relay, _password(f"{service.upper()}_RELAY_DATABASE_URL"))
    await connection.execute(f"GRANT {owner} TO CURRENT_USER")
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {owner}")
    await connection.execute(f"GRANT USAGE ON SCHEMA {service} TO {app}, {relay}")
    for role in (app, relay, owner):
        await connection.execute(f"ALTER ROLE {role} SET search_path = {service}")


async def _create_role(connection: asyncpg.Connection, role: str, password: str | None) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            await connection.execute(f"CREATE ROLE {role} NOSUPERUSER NOBYPASSRLS NOCREATEDB")
    if password is not None:
        quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
        await connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD {quoted}")


def _password(variable: str) -> str:
    url = os.environ.get(variable)
    if not url:
        raise SystemExit(f"{variable} is not set: the migration gives that role its password")
    return unquote(urlsplit(url).password or "")


async def _upgrade(admin_url: str, service: str) -> None:
    engine = create_async_engine(
        admin_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(_upgrade_in, service)
    await engine.dispose()


def _upgrade_in(connection: Connection, service: str) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
    connection.commit()
    config = alembic_config(service)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})


def main(argv: list[str]) -> None:
    admin_url = os.environ.get("INNING_ADMIN_DATABASE_URL")
    if not admin_url:
        raise SystemExit("INNING_ADMIN_DATABASE_URL is not set: it names the database to migrate")
    unknown = [name for name in argv if name not in SERVICES]
    if unknown:
        raise SystemExit(f"no such service: {', '.join(unknown)} (there are {', '.join(SERVICES)})")
    asyncio.run(migrate(admin_url, tuple(argv) or SERVICES))


if __name__ == "__main__":
    main(sys.argv[1:])
