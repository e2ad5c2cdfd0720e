"""`python -m shared.revision SERVICE "what it does"`: draft a migration from the models.

Compares the models with the migrated database of `INNING_ADMIN_DATABASE_URL`. The draft is to be
read and completed: row-level security, grants and triggers are not seen by the comparison.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from shared.migrate import alembic_config, prepare


async def draft(admin_url: str, service: str, message: str) -> None:
    await prepare(admin_url, (service,))
    engine = create_async_engine(
        admin_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(_draft_in, service, message)
    await engine.dispose()


def _draft_in(connection: Connection, service: str, message: str) -> None:
    config = alembic_config(service)
    config.attributes["connection"] = connection
    versions = Path(config.get_main_option("script_location") or "") / "versions"
    number = len(list(versions.glob("*.py"))) + 1
    slug = "_".join(message.lower().split())
    command.revision(config, message, autogenerate=True, rev_id=f"{number:04}_{slug}")


if __name__ == "__main__":
    asyncio.run(draft(os.environ["INNING_ADMIN_DATABASE_URL"], sys.argv[1], sys.argv[2]))
