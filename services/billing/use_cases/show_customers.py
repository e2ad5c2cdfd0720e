"""Decrypt customers for somebody who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.billing.domain.customer import Identity
from services.billing.models import Customer
from shared.crypto import CustomerCipher, Vault
from shared.events.billing import Address


@dataclass(frozen=True, slots=True)
class CustomerView:
    row: Customer
    # None once the customer is erased.
    identity: Identity | None


async def show_customers(
    session: AsyncSession, customers: Sequence[Customer], *, vault: Vault
) -> list[CustomerView]:
    ciphers = await vault.open(session, [customer.id for customer in customers])
    return [CustomerView(row, identity_of(row, ciphers[row.id])) for row in customers]


def identity_of(row: Customer, cipher: CustomerCipher) -> Identity | None:
    name = cipher.decrypt("name", row.name_sealed)
    address = cipher.decrypt("address", row.address_sealed)
    if name is None or address is None:
        return None
    return Identity(
        name=name,
        email=cipher.decrypt("email", row.email_sealed),
        phone=cipher.decrypt("phone", row.phone_sealed),
        address=Address.model_validate_json(address),
    )
