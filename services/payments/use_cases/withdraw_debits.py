"""Take a released file back: the bank never got it, or was asked in time to forget it."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from services.payments.models import DebitBatch
from services.payments.repository import debits
from services.payments.use_cases.return_debits import ComingBack, return_debits
from services.payments.use_cases.untell_amendments import untell_amendments
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict

# ISO 20022 cancellation reasons: a technical fault, a double, the customer's wish.
WithdrawalCode = Literal["TECH", "DUPL", "CUST"]


async def withdraw_debits(
    session: WriteSession, batch_id: UUID, code: WithdrawalCode, *, today: date, vault: Vault
) -> DebitBatch:
    """What is still in flight of it is so no longer; what was booked or came back stays."""
    batch = await debits.lock_batch(session, batch_id)
    flying = [d for d in await debits.lock_debits_of(session, batch_id) if d.status == "submitted"]
    if not flying:
        raise Conflict("nothing of this batch is in flight")
    back = [ComingBack(d, d.status, code, today, never_collected=True) for d in flying]
    await return_debits(session, back)
    await untell_amendments(session, flying, vault)
    batch.version += 1
    return batch
