"""Mark customers whose facts changed: the next look decides again, whatever it was that changed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.collections.models import Customer
from services.collections.repository import looking
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.rows import rows_of


async def know_customers(session: WriteSession, customer_ids: Iterable[UUID]) -> None:
    """A row for each id, so that there is something to lock before the customer's event comes."""
    rows = [
        {"id": customer_id, "creditor_id": scope_of(session).creditor_id, "version": 0}
        for customer_id in sorted(set(customer_ids))
    ]
    await insert_rows(session, rows_of(Customer), rows, on_conflict="DO NOTHING")


async def look_again(session: WriteSession, customer_ids: Iterable[UUID]) -> None:
    """Have those evaluated soon who have a case or something overdue; others can wait.

    The day is UTC's: around midnight a claim can be missed, and the daily look sees it.
    """
    now = session.info["clock"].now()
    await looking.mark_for_look(session, sorted(set(customer_ids)), now.date())
