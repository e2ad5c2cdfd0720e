"""Forget a person: destroy the key, tell every reader. The books stay, without the name."""

from __future__ import annotations

from uuid import UUID

from services.billing import repository
from shared import outbox
from shared.clock import Clock
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict
from shared.events.billing import Address, CustomerChanged

_BLANK = Address(street="", house_number="", postcode="", city="", country="")


async def erase_customer(
    session: WriteSession, customer_id: UUID, *, vault: Vault, clock: Clock
) -> None:
    """GDPR art. 17; refused while something is owed (art. 17 lid 3 e) or already done."""
    customer = await repository.lock_customer(session, customer_id)
    if customer.erased_at is not None:
        return
    if await repository.has_open_balance(session, customer_id):
        raise Conflict("the customer has an open balance: the data is needed for the claim")
    await vault.destroy(session, customer_id)
    customer.erased_at = clock.now()
    customer.version += 1
    outbox.add(
        session,
        CustomerChanged(
            customer_id=customer_id,
            version=customer.version,
            number=customer.number,
            kind=customer.kind,
            name="",
            language=customer.language,
            address=_BLANK,
            erased=True,
        ),
    )
