"""Many rows in one statement, as arrays: COPY is closed to roles that row-level security binds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_MANY = 50


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
    given = _given(table, names, rows)
    sql = f"INSERT INTO {table.name} ({_quoted(names)}) {given.select}"
    sql += f" ON CONFLICT {on_conflict}" if on_conflict else ""
    sql += f" RETURNING {returning}" if returning else ""
    return await _execute(session, sql, given)


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
    given = _given(table, names, rows)
    assignments = ", ".join(f'"{name}" = new."{name}"' for name in names if name not in key)
    matches = " AND ".join(f'{table.name}."{name}" = new."{name}"' for name in key)
    sql = (
        f"UPDATE {table.name} SET {assignments} FROM ({given.select})"
        f" AS new ({_quoted(names)}) WHERE {matches}"
    )
    sql += f" AND ({where})" if where else ""
    sql += f" RETURNING {returning}" if returning else ""
    return await _execute(session, sql, given)


@dataclass(frozen=True, slots=True)
class _Given:
    """Rows as one SELECT: a parameter per column, an array, or one value all rows share."""

    select: str
    parameters: tuple[Any, ...]


def _given(table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> _Given:
    values: list[str] = []
    casts: list[str] = []
    arrays: list[str] = []
    parameters: list[Any] = []
    for position, name in enumerate(names, start=1):
        kind = table.columns[name].type
        as_text = isinstance(kind, JSONB)
        sql_type = "text" if as_text else kind.compile(dialect=_DIALECT)
        column = list(map(itemgetter(name), rows))
        if as_text:
            column = list(map(_json, column))
        if _is_shared(column) and (arrays or position < len(names)):
            parameters.append(column[0])
            value = f"${position}::{sql_type}"
        else:
            parameters.append(column)
            casts.append(f"${position}::{sql_type}[]")
            arrays.append(name)
            value = f'a."{name}"'
        values.append(f"{value}::jsonb" if as_text else value)
    source = f"unnest({', '.join(casts)}) AS a ({_quoted(arrays)})"
    return _Given(f"SELECT {', '.join(values)} FROM {source}", tuple(parameters))


def _is_shared(column: Sequence[Any]) -> bool:
    """Whether many rows have the same value here: then it travels once.

    Of few rows each column is an array, so that their statements stay few and prepared.
    """
    first = column[0]
    return len(column) >= _MANY and column[-1] == first and column.count(first) == len(column)


async def _execute(session: AsyncSession, sql: str, given: _Given) -> CursorResult[Any]:
    connection = await session.connection()
    return await connection.exec_driver_sql(sql, given.parameters)


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, default=str).decode()


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
