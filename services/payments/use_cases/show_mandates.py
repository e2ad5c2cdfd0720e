"""Decrypt whose account a mandate is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.formats.direct_debit import PostalAddress
from services.payments.models import Mandate
from shared.crypto import CustomerCipher, Vault


@dataclass(frozen=True, slots=True)
class MandateParty:
    """None once the person is forgotten. Never logged, never in an error text."""

    iban: str | None
    account_holder: str | None
    address: PostalAddress | None
    # The account as the bank was last told it.
    told_iban: str | None


async def show_parties(
    session: AsyncSession, mandates: Sequence[Mandate], *, vault: Vault
) -> dict[UUID, MandateParty]:
    ciphers = await vault.open(session, {mandate.customer_id for mandate in mandates})
    return {mandate.id: _party(mandate, ciphers[mandate.customer_id]) for mandate in mandates}


def _party(mandate: Mandate, cipher: CustomerCipher) -> MandateParty:
    address = cipher.decrypt("address", mandate.address_sealed)
    return MandateParty(
        cipher.decrypt("iban", mandate.iban_sealed),
        cipher.decrypt("account_holder", mandate.account_holder_sealed),
        postal_address(orjson.loads(address)) if address else None,
        cipher.decrypt("told_iban", mandate.told_iban_sealed),
    )


def postal_address(told: dict[str, Any]) -> PostalAddress:
    return PostalAddress(**{**told, "lines": tuple(told.get("lines", ()))})
