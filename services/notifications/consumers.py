"""Which events notifications reads, and the use case each leads to."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from services.notifications.config import Settings
from services.notifications.use_cases.end_debits import end_debits
from services.notifications.use_cases.record_creditors import record_creditors
from services.notifications.use_cases.record_customers import record_customers
from services.notifications.use_cases.record_payment_ways import record_links, record_mandates
from services.notifications.use_cases.request_messages import (
    request_announcements,
    request_credit_notes,
    request_invoices,
    request_steps,
)
from shared.consumer import Batch, Handlers
from shared.db import WriteSession
from shared.events.billing import CreditorChanged, CustomerChanged, InvoiceCredited, InvoiceIssued
from shared.events.collections import MessageRequested
from shared.events.payments import (
    DebitAnnounced,
    DebitCancelled,
    DebitReturned,
    LinkIssued,
    MandateChanged,
)
from shared.service import Service


async def _creditors(session: WriteSession, batch: Batch, _service: Service) -> None:
    await record_creditors(session, batch)


async def _customers(session: WriteSession, batch: Batch, service: Service) -> None:
    await record_customers(session, batch, vault=service.vault, clock=service.clock)


async def _links(session: WriteSession, batch: Batch, _service: Service) -> None:
    await record_links(session, batch)


async def _mandates(session: WriteSession, batch: Batch, _service: Service) -> None:
    await record_mandates(session, batch)


async def _invoices(session: WriteSession, batch: Batch, service: Service) -> None:
    wait_s = cast(Settings, service.settings).link_wait_s
    await request_invoices(
        session,
        batch,
        vault=service.vault,
        clock=service.clock,
        link_wait=timedelta(seconds=wait_s),
    )


async def _credit_notes(session: WriteSession, batch: Batch, service: Service) -> None:
    await request_credit_notes(session, batch, vault=service.vault, clock=service.clock)


async def _steps(session: WriteSession, batch: Batch, service: Service) -> None:
    await request_steps(session, batch, vault=service.vault, clock=service.clock)


async def _announced(session: WriteSession, batch: Batch, service: Service) -> None:
    await request_announcements(session, batch, vault=service.vault, clock=service.clock)


async def _ended(session: WriteSession, batch: Batch, service: Service) -> None:
    await end_debits(session, batch, vault=service.vault, clock=service.clock)


HANDLERS: Handlers = {
    CreditorChanged: _creditors,
    CustomerChanged: _customers,
    LinkIssued: _links,
    MandateChanged: _mandates,
    DebitAnnounced: _announced,
    DebitCancelled: _ended,
    DebitReturned: _ended,
    InvoiceIssued: _invoices,
    InvoiceCredited: _credit_notes,
    MessageRequested: _steps,
}
