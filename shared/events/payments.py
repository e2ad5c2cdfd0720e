"""What payments tells: money that came in, whose it is, and money that went back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.events.envelope import Event, Fact
from shared.events.topics import PAYMENTS
from shared.money import Money

PaymentSource = Literal["bank", "direct_debit", "provider"]


class PaymentReceived(Event, type="payments.payment.received.v1", topic=PAYMENTS.name):
    """Money is in. Whose it is may not be known yet."""

    payment_id: UUID
    customer_id: UUID | None = None
    amount: Money
    booked_on: date
    value_on: date
    source: PaymentSource
    # Statements of the account are known up to this moment: "not paid" is true as of then.
    bank_known_until: datetime | None = None

    @property
    def key(self) -> UUID:
        return self.customer_id or self.payment_id


class Allocation(Fact):
    """`amount` is money that came in; the invoice is relieved of it and of what stands beside."""

    allocation_id: UUID
    invoice_id: UUID
    amount: Money
    # A small difference the creditor gives up.
    written_off: Money | None = None
    # What a bailiff or debt-help office kept for its work: the creditor's cost, not the debtor's.
    fee: Money | None = None


class PaymentAllocated(Event, type="payments.payment.allocated.v1", topic=PAYMENTS.name):
    """A payment, or part of it, is meant for these invoices of one customer."""

    payment_id: UUID
    customer_id: UUID
    value_on: date
    source: PaymentSource
    allocations: tuple[Allocation, ...]
    # Which rule or person decided: a stable code such as `reference`, `end_to_end`, `manual`.
    matched_by: str


class AllocationUndone(Event, type="payments.allocation.undone.v1", topic=PAYMENTS.name):
    """The allocation no longer holds: the debit was returned, or a clerk took it back."""

    allocation_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    reason: Literal["returned", "undone"]
    # ISO 20022 return reason, such as AM04.
    return_code: str | None = None


class PaymentReversed(Event, type="payments.payment.reversed.v1", topic=PAYMENTS.name):
    """The money left the account again: by a returned direct debit, a chargeback or a refund.

    `reversal_id` is there when only a part went back, or what was left after parts; each of them
    is told once, by that id. `refunded` is what of it we had paid back to the customer before: it
    left twice, and the customer owes it, on the invoice it was collected for.
    """

    payment_id: UUID
    customer_id: UUID | None = None
    amount: Money
    booked_on: date
    source: PaymentSource
    return_code: str | None = None
    reversal_id: UUID | None = None
    refunded: Money | None = None
    invoice_id: UUID | None = None

    @property
    def key(self) -> UUID:
        return self.customer_id or self.payment_id


class ProviderPaidOut(Event, type="payments.provider.paid_out.v1", topic=PAYMENTS.name):
    """A provider moved what it had collected to the bank account.

    `fee` is what it kept for itself of that. Where its settlement is known only after the payout,
    the fee is told by itself: an event of its own id, whose `amount` is zero. So is what a person
    accepted to be missing, and, negative, what was too much or is taken back again.
    """

    payout_id: UUID
    amount: Money
    booked_on: date
    fee: Money | None = None

    @property
    def key(self) -> UUID:
        return self.payout_id


class MandateChanged(Event, type="payments.mandate.changed.v1", topic=PAYMENTS.name):
    mandate_id: UUID
    customer_id: UUID
    reference: str
    status: Literal["active", "suspended", "cancelled", "expired"]
    reason: str | None = None


class AnnouncedDebit(Fact):
    """One collection of an announcement, as the debtor's statement of account will show it."""

    debit_id: UUID
    invoice_id: UUID
    invoice_number: str
    amount: Money


class DebitAnnounced(Event, type="payments.debit.announced.v1", topic=PAYMENTS.name):
    """The pre-notification of a direct debit: when and how much, before the bank is asked.

    A run announces all it collects under one mandate at once: each of these debits has its event,
    and every one of them carries the whole announcement, under the same `announcement_id`.
    """

    debit_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    collect_on: date
    mandate_reference: str
    sepa_creditor_id: str
    scheme: Literal["core", "b2b"] = "core"
    announcement_id: UUID | None = None
    debits: tuple[AnnouncedDebit, ...] = ()


class DebitCancelled(Event, type="payments.debit.cancelled.v1", topic=PAYMENTS.name):
    """A planned direct debit never went to the bank: paid meanwhile, or its run was cancelled."""

    debit_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    collect_on: date


class DebitSubmitted(Event, type="payments.debit.submitted.v1", topic=PAYMENTS.name):
    """A direct debit is in flight: the customer need do nothing for this invoice."""

    debit_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    collect_on: date


class DebitReturned(Event, type="payments.debit.returned.v1", topic=PAYMENTS.name):
    """A direct debit came back; `return_code` is the bank's reason (ISO 20022).

    `next_action` is a stable code of the dated return rules, such as `fix_file`; where the reason
    does not concern the debtor, that is work for a clerk and nothing to write to anybody about.
    `never_collected`: it ended before anything was collected; we took it back or a bank refused it.
    """

    debit_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    return_code: str
    returned_on: date
    next_action: str | None = None
    concerns_debtor: bool = True
    never_collected: bool = False


class RefundExecuted(Event, type="payments.refund.executed.v1", topic=PAYMENTS.name):
    """Money that nobody's invoice needed went back: to a customer, or to an unknown sender.

    `after_reversal`: its payment had left the account meanwhile, so the customer owes the refund,
    on the invoice the payment was collected for.
    """

    refund_id: UUID
    payment_id: UUID
    customer_id: UUID | None = None
    amount: Money
    executed_on: date
    kind: Literal["refund", "return_to_sender"]
    after_reversal: bool = False
    invoice_id: UUID | None = None

    @property
    def key(self) -> UUID:
        return self.customer_id or self.payment_id


class LevyRemitted(Event, type="payments.levy.remitted.v1", topic=PAYMENTS.name):
    """What was collected on behalf of another body, such as a municipality, was handed on."""

    transfer_id: UUID
    amount: Money
    executed_on: date

    @property
    def key(self) -> UUID:
        return self.transfer_id


class LinkIssued(Event, type="payments.link.issued.v1", topic=PAYMENTS.name):
    """The address where this invoice can be paid online. Whoever holds it may pay, no more."""

    invoice_id: UUID
    customer_id: UUID
    url: str
    # Where all that the customer owes can be paid at once.
    balance_url: str | None = None


class ProviderPaymentStarted(Event, type="payments.provider.started.v1", topic=PAYMENTS.name):
    """A payer went to the provider's page; until `expires_at` money may be on its way."""

    provider_payment_id: UUID
    invoice_id: UUID
    # All invoices it is for, when there are several; `invoice_id` is the oldest of them.
    invoice_ids: tuple[UUID, ...] = ()
    customer_id: UUID
    amount: Money
    expires_at: datetime


class ProviderPaymentEnded(Event, type="payments.provider.ended.v1", topic=PAYMENTS.name):
    provider_payment_id: UUID
    invoice_id: UUID
    invoice_ids: tuple[UUID, ...] = ()
    customer_id: UUID
    outcome: Literal["paid", "failed", "expired", "cancelled"]


class StatementBooked(Event, type="payments.statement.booked.v1", topic=PAYMENTS.name):
    """A bank's report of one of the creditor's accounts is in the books."""

    statement_id: UUID
    account_id: UUID
    # A `statement` counts its entries; the others tell some before it does, or again.
    kind: Literal["statement", "repeat", "interim", "notice"]
    closes_on: date
    # All bookings of the account up to here are known; none when it tells of single ones.
    known_until: datetime | None = None
    closing: Money | None = None
    entries: int
    entries_known_before: int
    # Customers pay to this account.
    collects: bool = True

    @property
    def key(self) -> UUID:
        return self.account_id


class BankAccountChanged(Event, type="payments.bank_account.changed.v1", topic=PAYMENTS.name):
    """Whether customers pay to this account, as somebody changed it."""

    account_id: UUID
    version: int
    collects: bool

    @property
    def key(self) -> UUID:
        return self.account_id
