"""What all row classes of collections share."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.orm import DeclarativeBase

from shared.db import service_metadata
from shared.rows import COLUMN_TYPES


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map: ClassVar = COLUMN_TYPES
