"""The rows of notifications. Every row carries its creditor; money is minor units beside a currency."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.orm import DeclarativeBase

from shared.db import service_metadata
from shared.rows import COLUMN_TYPES


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map: ClassVar = COLUMN_TYPES
