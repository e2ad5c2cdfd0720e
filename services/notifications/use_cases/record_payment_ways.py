"""Keep how a customer can pay: links by invoice, and mandates for direct debit."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications.models import Mandate, PaymentLink
from services.notifications.use_cases.upserts import newest
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events.envelope import Received
from shared.events.payments import LinkIssued, MandateChanged
from shared.rows import rows_of


async def record_links(session: WriteSession, batch: Sequence[Received[LinkIssued]]) -> None:
    """The last link told for an invoice is the one that works."""
    creditor_id = scope_of(session).creditor_id
    await insert_rows(
        session,
        rows_of(PaymentLink),
        [
            {
                "invoice_id": event.invoice_id,
                "creditor_id": creditor_id,
                "customer_id": event.customer_id,
                "url": event.url,
                "balance_url": event.balance_url,
            }
            for event in newest((received.event for received in batch), "invoice_id")
        ],
        on_conflict="(invoice_id) DO UPDATE"
        " SET url = excluded.url, balance_url = excluded.balance_url",
    )


async def record_mandates(session: WriteSession, batch: Sequence[Received[MandateChanged]]) -> None:
    creditor_id = scope_of(session).creditor_id
    await insert_rows(
        session,
        rows_of(Mandate),
        [
            {
                "id": event.mandate_id,
                "creditor_id": creditor_id,
                "customer_id": event.customer_id,
                "reference": event.reference,
                "active": event.status == "active",
            }
            for event in newest((received.event for received in batch), "mandate_id")
        ],
        on_conflict="(id) DO UPDATE SET reference = excluded.reference, active = excluded.active",
    )
