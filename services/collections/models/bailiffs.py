"""Whom a creditor hands cases over to."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.collections.models.declarative import Base


class Bailiff(Base):
    """The bailiff (gerechtsdeurwaarder) of a creditor, as debtors are told to reach them."""

    __tablename__ = "bailiffs"

    creditor_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    # What the creditor's files are known by there.
    reference: Mapped[str | None]
    phone: Mapped[str | None]
    url: Mapped[str | None]
