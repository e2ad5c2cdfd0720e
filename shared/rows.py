"""What the row classes of all services have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

COLUMN_TYPES: dict[Any, Any] = {
    str: Text,
    datetime: DateTime(timezone=True),
    int: BigInteger,
    bytes: LargeBinary,
    dict[str, Any]: JSONB,
    list[dict[str, Any]]: JSONB,
}


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The database's half of a closed list of words, such as statuses."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def rows_of(model: type[DeclarativeBase]) -> Table:
    """The table behind a row class, for statements over many rows."""
    table = model.__table__
    assert isinstance(table, Table)
    return table
