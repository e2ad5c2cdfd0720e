"""Which events collections reads, and the use case each leads to."""

from __future__ import annotations

from collections.abc import Sequence

from services.collections.use_cases.confirm_charges import confirm_added, record_rejected
from services.collections.use_cases.confirm_messages import confirm_sent, record_failures
from services.collections.use_cases.project_bank import project_bank_accounts, project_statements
from services.collections.use_cases.project_claims import project_invoices
from services.collections.use_cases.project_debits import project_debits, project_returns
from services.collections.use_cases.project_movements import (
    apply_credits,
    apply_payments,
    apply_reclaims,
    apply_write_offs,
    reverse_payments,
)
from services.collections.use_cases.project_parties import project_creditors, project_customers
from services.collections.use_cases.project_provider_payments import project_ended, project_started
from shared.consumer import Handlers
from shared.db import WriteSession
from shared.events import billing, notifications, payments
from shared.events.envelope import Received
from shared.service import Service


async def on_creditor_changed(
    session: WriteSession, batch: Sequence[Received[billing.CreditorChanged]], _service: Service
) -> None:
    await project_creditors(session, batch)


async def on_customer_changed(
    session: WriteSession, batch: Sequence[Received[billing.CustomerChanged]], service: Service
) -> None:
    await project_customers(session, batch, vault=service.vault)


async def on_invoice_issued(
    session: WriteSession, batch: Sequence[Received[billing.InvoiceIssued]], _service: Service
) -> None:
    await project_invoices(session, batch)


async def on_invoice_credited(
    session: WriteSession, batch: Sequence[Received[billing.InvoiceCredited]], _service: Service
) -> None:
    await apply_credits(session, batch)


async def on_allocation_applied(
    session: WriteSession, batch: Sequence[Received[billing.AllocationApplied]], _service: Service
) -> None:
    await apply_payments(session, batch)


async def on_allocation_reversed(
    session: WriteSession, batch: Sequence[Received[billing.AllocationReversed]], _service: Service
) -> None:
    await reverse_payments(session, batch)


async def on_refund_reclaimed(
    session: WriteSession, batch: Sequence[Received[billing.RefundReclaimed]], _service: Service
) -> None:
    await apply_reclaims(session, batch)


async def on_charge_added(
    session: WriteSession, batch: Sequence[Received[billing.ChargeAdded]], _service: Service
) -> None:
    await confirm_added(session, batch)


async def on_charge_rejected(
    session: WriteSession, batch: Sequence[Received[billing.ChargeRejected]], _service: Service
) -> None:
    await record_rejected(session, batch)


async def on_written_off(
    session: WriteSession, batch: Sequence[Received[billing.InvoiceWrittenOff]], _service: Service
) -> None:
    await apply_write_offs(session, batch)


async def on_debit_submitted(
    session: WriteSession, batch: Sequence[Received[payments.DebitSubmitted]], _service: Service
) -> None:
    await project_debits(session, batch)


async def on_debit_returned(
    session: WriteSession, batch: Sequence[Received[payments.DebitReturned]], _service: Service
) -> None:
    await project_returns(session, batch)


async def on_provider_started(
    session: WriteSession,
    batch: Sequence[Received[payments.ProviderPaymentStarted]],
    _service: Service,
) -> None:
    await project_started(session, batch)


async def on_provider_ended(
    session: WriteSession,
    batch: Sequence[Received[payments.ProviderPaymentEnded]],
    _service: Service,
) -> None:
    await project_ended(session, batch)


async def on_statement_booked(
    session: WriteSession, batch: Sequence[Received[payments.StatementBooked]], _service: Service
) -> None:
    await project_statements(session, batch)


async def on_bank_account_changed(
    session: WriteSession,
    batch: Sequence[Received[payments.BankAccountChanged]],
    _service: Service,
) -> None:
    await project_bank_accounts(session, batch)


async def on_message_sent(
    session: WriteSession, batch: Sequence[Received[notifications.MessageSent]], _service: Service
) -> None:
    await confirm_sent(session, batch)


async def on_message_failed(
    session: WriteSession, batch: Sequence[Received[notifications.MessageFailed]], _service: Service
) -> None:
    await record_failures(session, batch)


HANDLERS: Handlers = {
    billing.CreditorChanged: on_creditor_changed,
    billing.CustomerChanged: on_customer_changed,
    billing.InvoiceIssued: on_invoice_issued,
    billing.InvoiceCredited: on_invoice_credited,
    billing.AllocationApplied: on_allocation_applied,
    billing.AllocationReversed: on_allocation_reversed,
    billing.RefundReclaimed: on_refund_reclaimed,
    billing.ChargeAdded: on_charge_added,
    billing.ChargeRejected: on_charge_rejected,
    billing.InvoiceWrittenOff: on_written_off,
    payments.DebitSubmitted: on_debit_submitted,
    payments.DebitReturned: on_debit_returned,
    payments.ProviderPaymentStarted: on_provider_started,
    payments.ProviderPaymentEnded: on_provider_ended,
    payments.StatementBooked: on_statement_booked,
    payments.BankAccountChanged: on_bank_account_changed,
    notifications.MessageSent: on_message_sent,
    notifications.MessageFailed: on_message_failed,
}
