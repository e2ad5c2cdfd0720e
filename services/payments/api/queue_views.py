"""How the queue is shown, in codes and in the clerk's language."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from services.payments.api.payment_views import PaymentShown, Sender, payment_shown, sender_shown
from services.payments.api.payouts import PayoutShown, payout_shown
from services.payments.api.reversal_views import ReversalShown, reversal_shown
from services.payments.domain.advice import queue_advice
from services.payments.domain.queue_texts import FACTS, LANGUAGES, REASONS, text_of
from services.payments.repository.queue import Count
from services.payments.repository.queue_payouts import QueuedPayout
from services.payments.use_cases.show_payments import QueueView, SuggestionView
from services.payments.use_cases.show_remittances import StrayView
from services.payments.use_cases.show_reversals import ReversalView
from shared.money import Money


def _asked(
    request: Request,
    language: Annotated[
        Literal["en", "nl"] | None,
        Query(description="of the texts; without it `Accept-Language` decides, then English"),
    ] = None,
) -> str:
    if language is not None:
        return language
    for wanted in request.headers.get("accept-language", "").split(","):
        code = wanted.split(";")[0].strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "en"


Language = Annotated[str, Depends(_asked)]


class CandidateInvoice(BaseModel):
    invoice_id: UUID
    number: str | None
    status: str
    due_on: date
    open: Money = Field(description="what no payment has claimed")


class CandidateShown(BaseModel):
    """Whose money it could be and for what; without invoices it becomes the customer's credit.

    `proof` accepts exactly this, as it is now.
    """

    customer_id: UUID
    customer_number: str | None
    invoices: list[CandidateInvoice]
    probability: float | None = Field(description="between 0 and 1; none when not weighed")
    facts: list[str]
    against: list[str]
    explanation: list[str] = Field(description="facts, then what is against it, in words")
    proof: str


class SpecificationShown(BaseModel):
    """A collector's specification that waits, and what came in beyond it."""

    remittance_id: UUID
    net: Money
    difference: Money


class StrayShown(BaseModel):
    """A row of a specification that names no invoice of ours for certain."""

    remittance_id: UUID
    line: int
    problem: str
    reference: str | None = Field(description="as the sender wrote it")
    gross: Money
    fee: Money
    net: Money = Field(description="what of it came in")


class QueueItem(BaseModel):
    """A payment, a payout, or what a bank took back; the last two are no payments, and have no
    candidates to be accepted but evidence of their own."""

    kind: Literal["payment", "payout", "reversal"]
    payment_id: UUID | None = Field(description="of a payment alone")
    payout: PayoutShown | None = Field(description="what the provider says and what differs")
    reversal: ReversalShown | None = Field(description="what the bank took, and what it may be")
    version: int
    reason: str
    reason_text: str
    advice: str | None = Field(description="what can be done, where candidates do not say it")
    source: str
    amount: Money
    unallocated: Money
    booked_on: date
    account_id: UUID | None
    customer_id: UUID | None
    customer_number: str | None
    assigned_to: str | None
    held_until: date | None
    held_reason: str | None = Field(description="a payout's or a reversal's is in its history")
    sender: Sender
    candidates: list[CandidateShown]
    specifications: list[SpecificationShown]
    strays: list[StrayShown] = Field(
        description="rows of its specification to be placed: POST /remittances/{id}/strays/{line}"
    )


class ReasonCount(BaseModel):
    reason: str
    text: str
    waiting: int
    held: int
    assigned: int
    unallocated: Money
    oldest_on: date


class QueueSummary(BaseModel):
    """Per reason and currency; what was put aside, or accepted as credit, is held, not waiting."""

    waiting: int
    held: int
    reasons: list[ReasonCount]


class Refusal(BaseModel):
    payment_id: UUID
    code: str
    text: str


class AcceptedShown(BaseModel):
    accepted: list[PaymentShown]
    refused: list[Refusal]


def queue_item(view: QueueView, language: str) -> QueueItem:
    shown = payment_shown(view.payment)
    reason = shown.queue_reason or ""
    return QueueItem(
        kind="payment",
        payment_id=shown.id,
        payout=None,
        reversal=None,
        version=shown.version,
        reason=reason,
        reason_text=text_of(reason, REASONS, language),
        advice=queue_advice(reason, language),
        source=shown.source,
        amount=shown.amount,
        unallocated=shown.unallocated,
        booked_on=shown.booked_on,
        account_id=view.payment.account_id,
        customer_id=shown.customer_id,
        customer_number=view.customer.number if view.customer else None,
        assigned_to=view.mark.assigned_to if view.mark else None,
        held_until=view.mark.held_until if view.mark else None,
        held_reason=view.held_reason,
        sender=sender_shown(view.text),
        candidates=[_candidate(one, language) for one in view.suggestions],
        specifications=[
            SpecificationShown(
                remittance_id=row.id,
                net=Money(row.net_minor, row.currency),
                difference=shown.unallocated - Money(row.net_minor, row.currency),
            )
            for row in view.specifications
            if row.currency == shown.amount.currency
        ],
        strays=[stray_shown(one, shown.amount.currency) for one in view.strays],
    )


def stray_shown(view: StrayView, currency: str) -> StrayShown:
    row = view.row
    return StrayShown(
        remittance_id=row.remittance_id,
        line=row.line,
        problem=row.problem,
        reference=view.reference,
        gross=Money(row.gross_minor, currency),
        fee=Money(row.fee_minor, currency),
        net=Money(row.gross_minor - row.fee_minor, currency),
    )


def payout_item(one: QueuedPayout, language: str) -> QueueItem:
    shown = payout_shown(one.payout, one.settlement)
    reason = shown.reason or "unknown_to_provider"
    return QueueItem(
        kind="payout",
        payment_id=None,
        payout=shown,
        reversal=None,
        version=0,
        reason=reason,
        reason_text=text_of(reason, REASONS, language),
        advice=queue_advice(reason, language),
        source="provider",
        amount=shown.amount,
        unallocated=Money.zero(shown.amount.currency),
        booked_on=shown.booked_on,
        account_id=None,
        customer_id=None,
        customer_number=None,
        assigned_to=one.mark.assigned_to if one.mark else None,
        held_until=one.mark.held_until if one.mark else None,
        held_reason=None,
        sender=sender_shown(None),
        candidates=[],
        specifications=[],
        strays=[],
    )


def reversal_item(view: ReversalView, language: str) -> QueueItem:
    row, shown = view.reversal, reversal_shown(view, language)
    reason = row.reason or ""
    return QueueItem(
        kind="reversal",
        payment_id=None,
        payout=None,
        reversal=shown,
        version=row.version,
        reason=reason,
        reason_text=text_of(reason, REASONS, language),
        advice=queue_advice(reason, language),
        source="bank",
        amount=shown.amount,
        unallocated=Money.zero(row.currency),
        booked_on=row.booked_on,
        account_id=row.account_id,
        customer_id=None,
        customer_number=None,
        assigned_to=row.assigned_to,
        held_until=row.held_until,
        held_reason=None,
        sender=shown.sender,
        candidates=[],
        specifications=[],
        strays=[],
    )


def _candidate(view: SuggestionView, language: str) -> CandidateShown:
    one = view.suggestion
    return CandidateShown(
        customer_id=one.customer_id,
        customer_number=view.customer.number if view.customer else None,
        invoices=[
            CandidateInvoice(
                invoice_id=row.id,
                number=row.number,
                status=row.status,
                due_on=row.due_on,
                open=left,
            )
            for row, left in view.open_items
        ],
        probability=one.probability,
        facts=list(one.facts),
        against=list(one.against),
        explanation=[text_of(code, FACTS, language) for code in (*one.facts, *one.against)],
        proof=view.proof,
    )


def summary_shown(counts: list[Count], language: str) -> QueueSummary:
    return QueueSummary(
        waiting=sum(count.waiting for count in counts),
        held=sum(count.held for count in counts),
        reasons=[
            ReasonCount(
                reason=count.reason,
                text=text_of(count.reason, REASONS, language),
                waiting=count.waiting,
                held=count.held,
                assigned=count.assigned,
                unallocated=Money(count.rest_minor, count.currency),
                oldest_on=count.oldest_on,
            )
            for count in counts
        ],
    )
