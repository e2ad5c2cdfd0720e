"""Which events payments reads, and the use case each leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.payments.config import settings_of
from services.payments.use_cases.apply_receivables import (
    apply_receivables,
    register_invoices,
)
from services.payments.use_cases.free_surplus import hear_credited
from services.payments.use_cases.hear_billing import hear_applied, hear_rejected, hear_reversed
from services.payments.use_cases.keep_holds import (
    begin_holds,
    end_hand_overs,
    end_holds,
    hand_over,
    keep_cases,
)
from services.payments.use_cases.links import LinkMaker
from services.payments.use_cases.save_creditor import save_creditor
from services.payments.use_cases.save_customers import save_customers
from shared.consumer import Handler, Handlers
from shared.db import WriteSession
from shared.events import billing, collections
from shared.service import Service


async def _customers(session: WriteSession, batch: Sequence[Any], service: Service) -> None:
    await save_customers(session, batch, vault=service.vault)


async def _invoices(session: WriteSession, batch: Sequence[Any], service: Service) -> None:
    await register_invoices(session, batch, links=LinkMaker.of(settings_of(service)))


def _plain(use_case: Any) -> Handler:
    """A handler for a use case that needs nothing but the session and the batch."""

    async def handle(session: WriteSession, batch: Sequence[Any], _service: Service) -> None:
        await use_case(session, batch)

    return handle


HANDLERS: Handlers = {
    billing.CreditorChanged: _plain(save_creditor),
    billing.CustomerChanged: _customers,
    billing.InvoiceIssued: _invoices,
    billing.InvoiceCredited: _plain(hear_credited),
    billing.ChargeAdded: _plain(apply_receivables),
    billing.RefundReclaimed: _plain(apply_receivables),
    billing.InvoiceWrittenOff: _plain(apply_receivables),
    billing.AllocationApplied: _plain(hear_applied),
    billing.AllocationReversed: _plain(hear_reversed),
    billing.AllocationRejected: _plain(hear_rejected),
    collections.CaseOpened: _plain(keep_cases),
    collections.CaseHandedOver: _plain(hand_over),
    collections.CaseClosed: _plain(end_hand_overs),
    collections.DisputeOpened: _plain(begin_holds),
    collections.DisputeResolved: _plain(end_holds),
    collections.ArrangementAgreed: _plain(begin_holds),
    collections.ArrangementEnded: _plain(end_holds),
}
