"""Keep who is at a provider's payment page: money may be on its way until they are done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.collections.models import ProviderPayment
from services.collections.use_cases.look_again import know_customers, look_again
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events.envelope import Received
from shared.events.payments import ProviderPaymentEnded, ProviderPaymentStarted
from shared.ids import derived_id
from shared.rows import rows_of

_ENDED = "(id) DO UPDATE SET outcome = excluded.outcome, ended_at = excluded.ended_at"


async def project_started(
    session: WriteSession, batch: Sequence[Received[ProviderPaymentStarted]]
) -> None:
    events = {received.event.provider_payment_id: received.event for received in batch}
    rows = [
        row | {"expires_at": event.expires_at}
        for event in events.values()
        for row in _rows(session, event)
    ]
    on_conflict = "(id) DO UPDATE SET expires_at = excluded.expires_at"
    await insert_rows(session, rows_of(ProviderPayment), rows, on_conflict=on_conflict)
    await know_customers(session, [event.customer_id for event in events.values()])


async def project_ended(
    session: WriteSession, batch: Sequence[Received[ProviderPaymentEnded]]
) -> None:
    now = session.info["clock"].now()
    events = {received.event.provider_payment_id: received.event for received in batch}
    rows = [
        row | {"outcome": event.outcome, "ended_at": now}
        for event in events.values()
        for row in _rows(session, event)
    ]
    await insert_rows(session, rows_of(ProviderPayment), rows, on_conflict=_ENDED)
    customer_ids = {event.customer_id for event in events.values()}
    await know_customers(session, customer_ids)
    await look_again(session, customer_ids, causes=batch)


def _rows(
    session: WriteSession, event: ProviderPaymentStarted | ProviderPaymentEnded
) -> list[dict[str, Any]]:
    """One row for each claim it may pay; the first bears the payment's own id."""
    others = [claim_id for claim_id in event.invoice_ids if claim_id != event.invoice_id]
    claims = {event.provider_payment_id: event.invoice_id} | {
        derived_id(event.provider_payment_id, claim_id): claim_id for claim_id in others
    }
    return [
        {
            "id": row_id,
            "creditor_id": scope_of(session).creditor_id,
            "claim_id": claim_id,
            "customer_id": event.customer_id,
        }
        for row_id, claim_id in claims.items()
    ]
