"""Which events billing reads, and the use case each leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from services.billing.use_cases.add_charges import add_charges
from services.billing.use_cases.apply_allocations import apply_allocations, undo_allocations
from services.billing.use_cases.issue_run import issue_chunk
from services.billing.use_cases.preview_chunk import preview_chunk
from services.billing.use_cases.record_receipts import (
    record_payouts,
    record_receipts,
    record_refunds,
    record_remittances,
    record_reversals,
)
from shared.consumer import Batch, Handler, Handlers
from shared.db import WriteSession
from shared.events.billing import RunChunkPlanned
from shared.events.collections import ChargeImposed
from shared.events.envelope import Received
from shared.events.payments import (
    AllocationUndone,
    LevyRemitted,
    PaymentAllocated,
    PaymentReceived,
    PaymentReversed,
    ProviderPaidOut,
    RefundExecuted,
)
from shared.service import Service


def _clocked(use_case: Callable[..., Awaitable[None]]) -> Handler:
    """The handler of a use case that needs no more of the service than its clock."""

    async def handle(session: WriteSession, batch: Batch, service: Service) -> None:
        await use_case(session, batch, clock=service.clock)

    return handle


async def _chunks(
    session: WriteSession, batch: Sequence[Received[RunChunkPlanned]], service: Service
) -> None:
    # A chunk is a set of hundreds of contracts by itself.
    for received in batch:
        if received.event.step == "preview":
            await preview_chunk(session, received.event, clock=service.clock)
        else:
            await issue_chunk(session, received, clock=service.clock)


HANDLERS: Handlers = {
    PaymentReceived: _clocked(record_receipts),
    PaymentReversed: _clocked(record_reversals),
    ProviderPaidOut: _clocked(record_payouts),
    RefundExecuted: _clocked(record_refunds),
    LevyRemitted: _clocked(record_remittances),
    PaymentAllocated: _clocked(apply_allocations),
    AllocationUndone: _clocked(undo_allocations),
    ChargeImposed: _clocked(add_charges),
    RunChunkPlanned: _chunks,
}
