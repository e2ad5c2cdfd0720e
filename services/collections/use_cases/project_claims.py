"""Keep what is open of each invoice, from every event of billing that says so, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.collections.models import Claim
from services.collections.use_cases.look_again import know_customers, look_again
from services.collections.use_cases.newest import newest
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events import billing
from shared.events.envelope import Received
from shared.rows import rows_of

_BALANCE = (
    "version",
    "status",
    "due_on",
    "currency",
    "open_principal_minor",
    "open_costs_minor",
    "open_interest_minor",
)
_INVOICE = (
    "contract_id",
    "number",
    "issued_on",
    "total_minor",
    "rf_reference",
    "payment_reference",
    "collection",
)
_NEWER_BALANCE = ", ".join(
    f"{name} = CASE WHEN claims.version < excluded.version THEN excluded.{name}"
    f" ELSE claims.{name} END"
    for name in _BALANCE
)
_TAKE_INVOICE = (
    "(id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _INVOICE)
    + f", {_NEWER_BALANCE}"
)
_TAKE_BALANCE = (
    "(id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _BALANCE)
    + " WHERE claims.version < excluded.version"
)


async def project_invoices(
    session: WriteSession, batch: Sequence[Received[billing.InvoiceIssued]]
) -> None:
    """A thousand new invoices are three statements."""
    events = newest(batch, lambda event: (event.invoice_id, event.receivable.version))
    rows = [
        {
            **_balance_row(session, event.customer_id, event.receivable),
            **{name: getattr(event, name) for name in _INVOICE if name != "total_minor"},
            "total_minor": event.total.minor,
        }
        for event in events
    ]
    await insert_rows(session, rows_of(Claim), rows, on_conflict=_TAKE_INVOICE)
    customer_ids = {event.customer_id for event in events}
    await know_customers(session, customer_ids)
    await look_again(session, customer_ids, causes=batch)


async def project_balances(session: WriteSession, batch: Sequence[Received[Any]]) -> None:
    """Events that carry a customer and a balance."""
    best: dict[UUID, tuple[UUID, billing.Receivable]] = {}
    for received in batch:
        customer_id, receivable = received.event.customer_id, received.event.receivable
        known = best.get(receivable.invoice_id)
        if known is None or known[1].version < receivable.version:
            best[receivable.invoice_id] = (customer_id, receivable)
    rows = [_balance_row(session, *best[claim_id]) for claim_id in sorted(best)]
    await insert_rows(session, rows_of(Claim), rows, on_conflict=_TAKE_BALANCE)
    customer_ids = {customer_id for customer_id, _ in best.values()}
    await know_customers(session, customer_ids)
    await look_again(session, customer_ids, causes=batch)


def _balance_row(
    session: WriteSession, customer_id: UUID, receivable: billing.Receivable
) -> dict[str, Any]:
    return {
        "id": receivable.invoice_id,
        "creditor_id": scope_of(session).creditor_id,
        "customer_id": customer_id,
        "version": receivable.version,
        "status": receivable.status,
        "due_on": receivable.due_on,
        "currency": receivable.open_principal.currency,
        "open_principal_minor": receivable.open_principal.minor,
        "open_costs_minor": receivable.open_costs.minor,
        "open_interest_minor": receivable.open_interest.minor,
    }
