"""Sets of ids as one array parameter, however many there are."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, literal
from sqlalchemy.orm import InstrumentedAttribute


def among(
    column: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None],
    ids: Collection[UUID],
) -> ColumnElement[bool]:
    return column == any_(literal(list(ids), ARRAY(Uuid)))
