"""Decrypt whose account a mandate is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import Mandate
from shared.crypto import Vault


@dataclass(frozen=True, slots=True)
class MandateParty:
    """None once the person is forgotten. Never logged, never in an error text."""

    iban: str | None
    account_holder: str | None


async def show_parties(
    session: AsyncSession, mandates: Sequence[Mandate], *, vault: Vault
) -> dict[UUID, MandateParty]:
    ciphers = await vault.open(session, {mandate.customer_id for mandate in mandates})
    return {
        mandate.id: MandateParty(
            ciphers[mandate.customer_id].decrypt("iban", mandate.iban_sealed),
            ciphers[mandate.customer_id].decrypt("account_holder", mandate.account_holder_sealed),
        )
        for mandate in mandates
    }
