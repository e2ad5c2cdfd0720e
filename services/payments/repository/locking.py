"""How rows are locked: read anew, because bulk statements go past the session's memory."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select

Query = TypeVar("Query", bound="Select[*tuple[Any, ...]]")


def locked(query: Query, *, skip_locked: bool = False) -> Query:
    return query.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)
