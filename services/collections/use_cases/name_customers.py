"""Names and telephone numbers of customers, for somebody who may see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import Customer
from services.collections.repository.ids import among
from shared.crypto import Vault


@dataclass(frozen=True, slots=True)
class Named:
    """`name` and `phone` are None once the customer was erased, or while they are not known."""

    number: str | None
    name: str | None
    phone: str | None


async def name_customers(
    session: AsyncSession, customer_ids: Collection[UUID], *, vault: Vault
) -> dict[UUID, Named]:
    """One entry for each known customer."""
    ciphers = await vault.open(session, customer_ids)
    rows = await session.scalars(select(Customer).where(among(Customer.id, customer_ids)))
    found = {}
    for row in rows:
        cipher = ciphers.get(row.id)
        name = cipher.decrypt("name", row.name_sealed) if cipher else None
        phone = cipher.decrypt("phone", row.phone_sealed) if cipher else None
        found[row.id] = Named(row.number, name, phone)
    return found
