"""End a debit's flight when billing books its money, and notice when that money goes back."""

from __future__ import annotations

from collections.abc import Sequence

from services.collections.repository import debits
from shared.db import WriteSession
from shared.events.billing import AllocationApplied, AllocationReversed


async def settle_debits(session: WriteSession, events: Sequence[AllocationApplied]) -> None:
    landed = [(event.invoice_id, event.amount.minor) for event in events]
    await debits.collect_debits(session, landed)


async def return_debits(session: WriteSession, events: Sequence[AllocationReversed]) -> None:
    """Billing can tell of a return before payments does: no reminder may slip in between.

    The day is today's until the bank's own date comes with DebitReturned.
    """
    today = session.info["clock"].now().date()
    went_back = [(event.invoice_id, event.amount.minor, event.return_code) for event in events]
    await debits.return_collected_debits(session, went_back, today)
