"""Keep our copy of the open items: billing's highest version wins, in whatever order it comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.payments.domain.clues import number_key
from services.payments.models import OpenItem
from services.payments.repository import matching
from services.payments.use_cases.links import LinkMaker
from services.payments.use_cases.use_credit import lock_credits_for, spend
from shared import outbox
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events.billing import InvoiceIssued, Receivable
from shared.events.envelope import Received
from shared.events.payments import LinkIssued
from shared.rows import rows_of

_BALANCE = ("version", "status", "due_on", "currency", "open_minor", "costs_minor")
_INVOICE = (
    "number",
    "number_key",
    "rf_reference",
    "payment_reference",
    "collection",
    "issued_on",
    "total_minor",
)
_NEWER = "excluded.version > open_items.version"
_UPSERT = (
    "(id) DO UPDATE SET "
    + ", ".join(
        f"{name} = CASE WHEN {_NEWER} THEN excluded.{name} ELSE open_items.{name} END"
        for name in _BALANCE
    )
    + ", "
    + ", ".join(f"{name} = coalesce(excluded.{name}, open_items.{name})" for name in _INVOICE)
    # An item can only be matched once its references are known.
    + ", first_seen_at = CASE WHEN open_items.number IS NULL AND excluded.number IS NOT NULL"
    " THEN excluded.first_seen_at ELSE open_items.first_seen_at END"
    + f" WHERE {_NEWER} OR (open_items.number IS NULL AND excluded.number IS NOT NULL)"
)


async def apply_receivables(session: WriteSession, batch: Sequence[Received[Any]]) -> None:
    """For every event of billing that carries a `receivable`."""
    merged: dict[UUID, dict[str, Any]] = {}
    creditor_id, now = scope_of(session).creditor_id, session.info["clock"].now()
    for received in batch:
        event = received.event
        balance: Receivable = event.receivable
        row = merged.setdefault(
            balance.invoice_id,
            {
                "id": balance.invoice_id,
                "creditor_id": creditor_id,
                "customer_id": event.customer_id,
                "version": -1,
                **dict.fromkeys(_INVOICE),
                "first_seen_at": now,
            },
        )
        if balance.version > row["version"]:
            row |= _balance(balance)
        if isinstance(event, InvoiceIssued):
            row |= _invoice(event)
    rows = sorted(merged.values(), key=lambda row: row["id"])
    await insert_rows(session, rows_of(OpenItem), rows, on_conflict=_UPSERT)


async def register_invoices(
    session: WriteSession, batch: Sequence[Received[InvoiceIssued]], *, links: LinkMaker
) -> None:
    """New open items, and the address where each can be paid; a customer's credit goes to them."""
    events = [received.event for received in batch]
    overpaid = await lock_credits_for(session, {event.customer_id for event in events})
    await apply_receivables(session, batch)
    if overpaid:
        items = await matching.lock_candidates(session, ids={e.invoice_id for e in events})
        await spend(session, overpaid, items, "credit")
    creditor_id = scope_of(session).creditor_id
    for received in batch:
        issued = received.event
        outbox.add(
            session,
            LinkIssued(
                invoice_id=issued.invoice_id,
                customer_id=issued.customer_id,
                url=links.url(creditor_id, issued.invoice_id, issued.issued_on),
            ),
            cause=received,
        )


def _balance(balance: Receivable) -> dict[str, Any]:
    return {
        "version": balance.version,
        "status": balance.status,
        "due_on": balance.due_on,
        "currency": balance.open.currency,
        "open_minor": balance.open.minor,
        "costs_minor": (balance.open_costs + balance.open_interest).minor,
    }


def _invoice(issued: InvoiceIssued) -> dict[str, Any]:
    return {
        "number": issued.number,
        "number_key": number_key(issued.number),
        "rf_reference": issued.rf_reference.replace(" ", ""),
        "payment_reference": issued.payment_reference,
        "collection": issued.collection,
        "issued_on": issued.issued_on,
        "total_minor": issued.total.minor,
    }
