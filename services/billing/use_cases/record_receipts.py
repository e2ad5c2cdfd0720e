"""Book money as it comes in and goes out again: it is nobody's until it is allocated."""

from __future__ import annotations

from collections.abc import Sequence

from services.billing.domain.ledger import Entry, paid_out_legs, received_legs, remitted_legs
from services.billing.use_cases.post_entries import post_entries
from services.billing.use_cases.reclaim_refunds import Reclaim, reclaim_refunds
from shared.clock import Clock
from shared.db import WriteSession
from shared.events.envelope import Received
from shared.events.payments import (
    LevyRemitted,
    PaymentReceived,
    PaymentReversed,
    ProviderPaidOut,
    RefundExecuted,
)


async def record_receipts(
    session: WriteSession, batch: Sequence[Received[PaymentReceived]], *, clock: Clock
) -> None:
    entries = []
    for received in batch:
        event = received.event
        legs = received_legs(
            event.amount.minor,
            by_provider=event.source == "provider",
            customer_id=event.customer_id,
        )
        entries.append(
            Entry("received", event.payment_id, event.booked_on, event.amount.currency, legs)
        )
    await post_entries(session, entries, clock=clock)


async def record_reversals(
    session: WriteSession, batch: Sequence[Received[PaymentReversed]], *, clock: Clock
) -> None:
    entries = []
    for received in batch:
        event = received.event
        legs = received_legs(
            -event.amount.minor,
            by_provider=event.source == "provider",
            customer_id=event.customer_id,
        )
        cause_id = event.reversal_id or event.payment_id
        entries.append(Entry("reversed", cause_id, event.booked_on, event.amount.currency, legs))
    await post_entries(session, entries, clock=clock)
    reclaims = [
        Reclaim.of(
            received, received.event.payment_id, received.event.refunded, received.event.booked_on
        )
        for received in batch
        if received.event.refunded is not None
    ]
    await reclaim_refunds(session, reclaims, clock=clock)


async def record_payouts(
    session: WriteSession, batch: Sequence[Received[ProviderPaidOut]], *, clock: Clock
) -> None:
    entries = [
        Entry(
            "paid_out",
            received.event.payout_id,
            received.event.booked_on,
            received.event.amount.currency,
            paid_out_legs(
                received.event.amount.minor, received.event.fee.minor if received.event.fee else 0
            ),
        )
        for received in batch
    ]
    await post_entries(session, entries, clock=clock)


async def record_refunds(
    session: WriteSession, batch: Sequence[Received[RefundExecuted]], *, clock: Clock
) -> None:
    """What nobody's invoice needed leaves the bank account; however it had come in."""
    entries = []
    for received in batch:
        event = received.event
        legs = received_legs(-event.amount.minor, by_provider=False, customer_id=event.customer_id)
        entries.append(
            Entry("refunded", event.refund_id, event.executed_on, event.amount.currency, legs)
        )
    await post_entries(session, entries, clock=clock)
    reclaims = [
        Reclaim.of(
            received, received.event.refund_id, received.event.amount, received.event.executed_on
        )
        for received in batch
        if received.event.after_reversal
    ]
    await reclaim_refunds(session, reclaims, clock=clock)


async def record_remittances(
    session: WriteSession, batch: Sequence[Received[LevyRemitted]], *, clock: Clock
) -> None:
    entries = [
        Entry(
            "remitted",
            received.event.transfer_id,
            received.event.executed_on,
            received.event.amount.currency,
            remitted_legs(received.event.amount.minor),
        )
        for received in batch
    ]
    await post_entries(session, entries, clock=clock)
