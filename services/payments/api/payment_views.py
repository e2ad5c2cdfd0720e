"""How payments are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.payments.domain.queue_texts import FACTS, text_of
from services.payments.domain.rule_texts import why_allocated
from services.payments.domain.suggestions import Suggestion, stored
from services.payments.models import Payment
from services.payments.repository.history import Change
from services.payments.use_cases.show_lines import LineText
from services.payments.use_cases.show_payments import StoryView
from shared.money import Money

IbanEnding = Annotated[
    str | None,
    Query(
        max_length=40,
        description="how the payer's account ends: `4300`, or `NL4300`; a country outside SEPA"
        " has to be named",
    ),
]


class PaymentShown(BaseModel):
    id: UUID
    version: int
    status: str
    source: str
    customer_id: UUID | None
    amount: Money
    allocated: Money
    unallocated: Money
    booked_on: date
    value_on: date
    return_code: str | None
    queue_reason: str | None


class Sender(BaseModel):
    """What the payer wrote. All empty once the person is forgotten."""

    name: str | None
    iban: str | None
    texts: list[str]


class AllocationShown(BaseModel):
    id: UUID
    invoice_id: UUID
    invoice_number: str | None
    customer_id: UUID
    status: str
    amount: Money
    written_off: Money | None = Field(description="a small difference given up beside it")
    fee: Money | None = Field(description="what a collector withheld")
    matched_by: str
    order_rule: str | None = Field(
        description="the law's order that chose among the claims, and since when it is in force"
    )
    explanation: str = Field(description="what decided, in words")
    reason: str | None
    created_at: datetime


class GivenBackShown(BaseModel):
    """A transfer out of it: until it is refused, cancelled or rejected it counts as allocated."""

    transfer_id: UUID
    kind: str
    status: str
    amount: Money


class WeighedShown(BaseModel):
    """An answer the engine weighed: whose money, for what, and what spoke for and against it."""

    customer_id: UUID
    invoice_ids: list[UUID]
    probability: float | None = Field(description="between 0 and 1; none when not weighed")
    facts: list[str]
    against: list[str]
    explanation: list[str] = Field(description="facts, then what is against it, in words")


class ChangeShown(BaseModel):
    """A change of status: who made it, when, and by which request, event or job."""

    model_config = ConfigDict(from_attributes=True)

    noun: str
    subject_id: UUID
    before: str | None
    after: str
    actor: str
    reason: str
    changed_at: datetime


class Story(PaymentShown):
    customer_number: str | None
    statement_id: UUID | None
    debit_id: UUID | None
    provider_payment_id: UUID | None
    sender: Sender
    allocations: list[AllocationShown]
    transfers: list[GivenBackShown]
    weighed: list[WeighedShown] = Field(
        description="when it was last decided, best first; none when a reference decided by itself"
    )
    history: list[ChangeShown]


def payment_shown(row: Payment) -> PaymentShown:
    kept = row.amount_minor if row.status not in {"reversed", "reclassified"} else 0
    return PaymentShown(
        id=row.id,
        version=row.version,
        status=row.status,
        source=row.source,
        customer_id=row.customer_id,
        amount=Money(row.amount_minor, row.currency),
        allocated=Money(row.allocated_minor, row.currency),
        unallocated=Money(kept - row.allocated_minor, row.currency),
        booked_on=row.booked_on,
        value_on=row.value_on,
        return_code=row.return_code,
        queue_reason=row.queue_reason,
    )


def story_shown(view: StoryView, language: str) -> Story:
    return Story(
        **dict(payment_shown(view.payment)),
        customer_number=view.customer.number if view.customer else None,
        statement_id=view.line.statement_id if view.line else None,
        debit_id=view.payment.debit_id,
        provider_payment_id=view.payment.provider_payment_id,
        sender=sender_shown(view.text),
        allocations=[
            AllocationShown(
                id=row.id,
                invoice_id=row.invoice_id,
                invoice_number=view.invoice_numbers.get(row.invoice_id),
                customer_id=row.customer_id,
                status=row.status,
                amount=Money(row.amount_minor, row.currency),
                written_off=_unless_none(row.written_off_minor, row.currency),
                fee=_unless_none(row.fee_minor, row.currency),
                matched_by=row.matched_by,
                order_rule=row.order_rule,
                explanation=why_allocated(row.matched_by, row.order_rule, language),
                reason=row.reason,
                created_at=row.created_at,
            )
            for row in view.allocations
        ],
        transfers=[
            GivenBackShown(
                transfer_id=row.id,
                kind=row.kind,
                status=row.status,
                amount=Money(row.amount_minor, row.currency),
            )
            for row in view.transfers
        ],
        weighed=[weighed_shown(one, language) for one in stored(view.payment.candidates)],
        history=changes_shown(view.changes),
    )


def weighed_shown(one: Suggestion, language: str) -> WeighedShown:
    return WeighedShown(
        customer_id=one.customer_id,
        invoice_ids=list(one.invoice_ids),
        probability=one.probability,
        facts=list(one.facts),
        against=list(one.against),
        explanation=[text_of(code, FACTS, language) for code in (*one.facts, *one.against)],
    )


def changes_shown(changes: Sequence[Change]) -> list[ChangeShown]:
    return [ChangeShown.model_validate(change) for change in changes]


def sender_shown(text: LineText | None) -> Sender:
    return Sender(
        name=text.name if text else None,
        iban=text.iban if text else None,
        texts=list(text.texts) if text else [],
    )


def _unless_none(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)
