"""Lines that turned out to be something else than the reversal of a payment wait no longer."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from services.payments.domain.transitions import REVERSAL, after
from services.payments.repository import reversals
from shared.db import WriteSession


async def drop_reversals(session: WriteSession, line_ids: Collection[UUID]) -> None:
    """The lines are locked: a transfer after all, or a sum that is told again by its parts."""
    for row in (await reversals.lock_reversals(session, line_ids)).values():
        if row.status == "waiting":
            row.status = after(REVERSAL, "reversal", row.status, "dismiss")
            row.reason, row.version = None, row.version + 1
    # Seen by whoever looks in this transaction for what waits.
    await session.flush()
