"""Many rows in one statement, as arrays: COPY is closed to roles that row-level security binds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert_rows(
    session: AsyncSession,
    table: Table,
    rows: Iterable[Mapping[str, Any]],
    *,
    on_conflict: str = "",
    returning: str = "",
) -> CursorResult[Any] | None:
    """Insert all `rows` (same keys each) with one statement.

    `on_conflict` is the SQL behind `ON CONFLICT`, `returning` the SQL behind `RETURNING`.
    Returns None when there is nothing to insert.
    """
    rows = list(rows)
    if not rows:
        return None
    names = list(rows[0])
    values, arrays = _arrays(table, names)
    sql = f"INSERT INTO {table.name} ({_quoted(names)}) SELECT {values} FROM {arrays}"
    sql += f" ON CONFLICT {on_conflict}" if on_conflict else ""
    sql += f" RETURNING {returning}" if returning else ""
    return await _execute(session, sql, table, names, rows)


async def update_rows(
    session: AsyncSession,
    table: Table,
    rows: Iterable[Mapping[str, Any]],
    *,
    key: Sequence[str] = ("id",),
    where: str = "",
    returning: str = "",
) -> CursorResult[Any] | None:
    """Set every non-key column of each row by its key, with one statement.

    `where` adds a condition over the table and the new values `new`.
    """
    rows = list(rows)
    if not rows:
        return None
    names = list(rows[0])
    values, arrays = _arrays(table, names)
    assignments = ", ".join(f'"{name}" = new."{name}"' for name in names if name not in key)
    matches = " AND ".join(f'{table.name}."{name}" = new."{name}"' for name in key)
    sql = (
        f"UPDATE {table.name} SET {assignments} FROM (SELECT {values} FROM {arrays})"
        f" AS new ({_quoted(names)}) WHERE {matches}"
    )
    sql += f" AND ({where})" if where else ""
    sql += f" RETURNING {returning}" if returning else ""
    return await _execute(session, sql, table, names, rows)


def _arrays(table: Table, names: Sequence[str]) -> tuple[str, str]:
    casts, values = [], []
    for position, name in enumerate(names, start=1):
        kind = table.columns[name].type
        as_text = isinstance(kind, JSONB)
        sql_type = "text" if as_text else kind.compile(dialect=_DIALECT)
        casts.append(f"${position}::{sql_type}[]")
        values.append(f'a."{name}"::jsonb' if as_text else f'a."{name}"')
    arrays = f"unnest({', '.join(casts)}) AS a ({_quoted(names)})"
    return ", ".join(values), arrays


async def _execute(
    session: AsyncSession,
    sql: str,
    table: Table,
    names: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> CursorResult[Any]:
    columns = []
    for name in names:
        if isinstance(table.columns[name].type, JSONB):
            columns.append([_json(row[name]) for row in rows])
        else:
            columns.append([row[name] for row in rows])
    connection = await session.connection()
    return await connection.exec_driver_sql(sql, tuple(columns))


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, default=str).decode()


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
