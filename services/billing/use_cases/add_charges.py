"""Post what collections imposes by law: collection costs and statutory interest."""

from __future__ import annotations

from collections.abc import Sequence

from services.billing.domain.settlement import Add, Applied, Refused
from services.billing.use_cases.settle import receivable_of, settle
from shared import outbox
from shared.clock import Clock
from shared.db import WriteSession
from shared.events.billing import ChargeAdded, ChargeRejected
from shared.events.collections import ChargeImposed
from shared.events.envelope import Received


async def add_charges(
    session: WriteSession, batch: Sequence[Received[ChargeImposed]], *, clock: Clock
) -> None:
    changes = [
        Add(
            id=received.event.charge_id,
            invoice_id=received.event.invoice_id,
            customer_id=received.event.customer_id,
            kind=received.event.kind,
            amount=received.event.amount,
            effective_on=received.event.effective_on,
            ground=received.event.ground,
            tag=received,
        )
        for received in batch
    ]
    for outcome in await settle(session, changes, clock=clock):
        received = outcome.change.tag
        event: ChargeImposed = received.event
        told: ChargeAdded | ChargeRejected
        named = {
            "charge_id": event.charge_id,
            "invoice_id": event.invoice_id,
            "customer_id": event.customer_id,
            "kind": event.kind,
            "amount": event.amount,
        }
        if isinstance(outcome, Applied):
            told = ChargeAdded(
                **named, effective_on=event.effective_on, receivable=receivable_of(outcome)
            )
        elif isinstance(outcome, Refused):
            reason = outcome.reason if outcome.reason != "exceeds_open" else "credited"
            told = ChargeRejected(**named, reason=reason)
        else:
            continue
        outbox.add(session, told, cause=received)
