"""The Alembic environment all services share: `services/<name>/migrations/env.py` calls `run`.

Migrations run as the schema's owner role, with the search path on that schema alone, a lock
timeout of five seconds, and their version table beside the tables.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, MetaData, text

from shared.tables import add_kernel_tables


def run(service: str, metadata: MetaData) -> None:
    target = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(target)
    add_kernel_tables(target)
    connection: Connection = context.config.attributes["connection"]
    connection.execute(text(f"SET ROLE inning_{service}_owner"))
    connection.execute(text(f"SET search_path = {service}"))
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.commit()
    connection.dialect.default_schema_name = service
    context.configure(
        connection=connection,
        target_metadata=target,
        version_table="alembic_version",
        transaction_per_migration=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("RESET ROLE"))
    connection.commit()
