"""Mark customers whose facts changed: the next look decides again, whatever it was that changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.collections.models import Customer
from services.collections.repository import looking
from shared import telemetry
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events.envelope import Received
from shared.rows import rows_of


async def know_customers(session: WriteSession, customer_ids: Iterable[UUID]) -> None:
    """A row for each id, so that there is something to lock before the customer's event comes."""
    rows = [
        {"id": customer_id, "creditor_id": scope_of(session).creditor_id, "version": 0}
        for customer_id in sorted(set(customer_ids))
    ]
    await insert_rows(session, rows_of(Customer), rows, on_conflict="DO NOTHING")


async def look_again(
    session: WriteSession,
    customer_ids: Iterable[UUID],
    *,
    causes: Iterable[Received[Any]] = (),
) -> None:
    """Have those evaluated soon who have a case or something overdue; others can wait.

    What comes of the look goes on in the trace of its cause, or of the running request. The day
    is UTC's: around midnight a claim can be missed, and the daily look sees it.
    """
    of_cause = {received.event.customer_id: received.traceparent for received in causes}
    running = telemetry.current_traceparent()
    traces = {c: of_cause.get(c, running) for c in sorted(set(customer_ids))}
    await looking.mark_for_look(session, traces, session.info["clock"].now().date())
