"""Keep which direct debits are in flight, and which came back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.collections.domain.facts import FlagKind
from services.collections.models import CustomerFlag, Debit
from services.collections.repository import debits
from services.collections.use_cases.look_again import know_customers, look_again
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events.envelope import Received
from shared.events.payments import DebitReturned, DebitSubmitted
from shared.ids import derived_id
from shared.rows import rows_of

# ISO 20022 return reason: the debtor has died.
DECEASED = "MD07"

_RETURNED = (
    "(id) DO UPDATE SET status = 'returned', returned_on = excluded.returned_on,"
    " return_code = excluded.return_code, at_fault = excluded.at_fault,"
    " next_action = excluded.next_action"
)


async def project_debits(session: WriteSession, batch: Sequence[Received[DebitSubmitted]]) -> None:
    """In flight until a payment of its amount lands on the claim or the bank returns it."""
    events = {received.event.debit_id: received.event for received in batch}
    rows = [
        _row(session, event) | {"status": "submitted", "collect_on": event.collect_on}
        for event in events.values()
    ]
    # A return that came first stands; only the day of collection was still unknown.
    on_conflict = "(id) DO UPDATE SET collect_on = excluded.collect_on"
    await insert_rows(session, rows_of(Debit), rows, on_conflict=on_conflict)
    await know_customers(session, [event.customer_id for event in events.values()])
    mended = await debits.waiting_to_be_mended(session, [e.invoice_id for e in events.values()])
    await look_again(session, mended, causes=batch)


async def project_returns(session: WriteSession, batch: Sequence[Received[DebitReturned]]) -> None:
    events = {received.event.debit_id: received.event for received in batch}
    rows = [
        _row(session, event)
        | {
            "status": "returned",
            "returned_on": event.returned_on,
            "return_code": event.return_code,
            "at_fault": not event.concerns_debtor,
            "next_action": event.next_action,
        }
        for event in events.values()
    ]
    await insert_rows(session, rows_of(Debit), rows, on_conflict=_RETURNED)
    customer_ids = {event.customer_id for event in events.values()}
    await know_customers(session, customer_ids)
    await _note_deaths(session, [e for e in events.values() if e.return_code == DECEASED])
    await look_again(session, customer_ids, causes=batch)


async def _note_deaths(session: WriteSession, events: Sequence[DebitReturned]) -> None:
    """The bank knows that the debtor died: everything stops before anybody has looked at it."""
    rows = [
        {
            "id": derived_id(event.debit_id, "flag"),
            "creditor_id": scope_of(session).creditor_id,
            "customer_id": event.customer_id,
            "status": "active",
            "kind": FlagKind.DECEASED.value,
            "since_on": event.returned_on,
            "administrator_known": False,
        }
        for event in events
    ]
    await insert_rows(session, rows_of(CustomerFlag), rows, on_conflict="DO NOTHING")


def _row(session: WriteSession, event: DebitSubmitted | DebitReturned) -> dict[str, Any]:
    return {
        "id": event.debit_id,
        "creditor_id": scope_of(session).creditor_id,
        "claim_id": event.invoice_id,
        "customer_id": event.customer_id,
        "amount_minor": event.amount.minor,
        "currency": event.amount.currency,
    }
