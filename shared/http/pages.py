"""Lists in pages: an opaque cursor instead of an offset, so that no row is skipped or doubled."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel, Field

from shared.errors import InvalidInput

T = TypeVar("T")
R = TypeVar("R")


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = Field(None, description="pass as `cursor` for the next page")


class Paging:
    """Where to go on from (`after`: the sort key of the last row seen) and how many to give."""

    def __init__(self, after: tuple[Any, ...] | None, limit: int) -> None:
        self.after = after
        self.limit = limit

    def page(
        self,
        rows: Sequence[R],
        show: Callable[[R], T],
        sort_key: Callable[[R], tuple[Any, ...]],
    ) -> Page[T]:
        """Make a page of `limit + 1` fetched rows: the extra one only tells that there is more."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        cursor = encode_cursor(sort_key(shown[-1])) if more else None
        return Page(items=[show(row) for row in shown], next_cursor=cursor)


def encode_cursor(key: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(key), default=str)).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[Any, ...]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = orjson.loads(base64.urlsafe_b64decode(padded.encode()))
    except (binascii.Error, ValueError):
        raise InvalidInput.field("cursor", "not a cursor of this list") from None
    if not isinstance(values, list):
        raise InvalidInput.field("cursor", "not a cursor of this list")
    return tuple(values)


def paging(
    cursor: Annotated[str | None, Query(description="from the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Paging:
    return Paging(decode_cursor(cursor) if cursor else None, limit)


PageOf = Annotated[Paging, Depends(paging)]
