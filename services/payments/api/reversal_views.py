"""A bank's reversal as it is shown, by itself and in the queue."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.payments.api.payment_views import Sender, sender_shown
from services.payments.domain.queue_texts import FACTS, text_of
from services.payments.use_cases.show_reversals import ReversalView
from shared.money import Money


class OriginalShown(BaseModel):
    """A payment it may take back."""

    payment_id: UUID
    customer_id: UUID | None
    status: str
    amount: Money
    booked_on: date
    facts: list[str]
    explanation: list[str] = Field(description="the facts in words")


class ReversalShown(BaseModel):
    """`amount` is what the bank took. It waits, or was settled, or dismissed as nobody's."""

    reversal_id: UUID
    status: str
    reason: str | None = Field(description="why it waits for a person")
    amount: Money
    booked_on: date
    account_id: UUID
    return_code: str | None
    sender: Sender
    candidates: list[OriginalShown]


def reversal_shown(view: ReversalView, language: str) -> ReversalShown:
    row = view.reversal
    return ReversalShown(
        reversal_id=row.id,
        status=row.status,
        reason=row.reason,
        amount=Money(row.amount_minor, row.currency),
        booked_on=row.booked_on,
        account_id=row.account_id,
        return_code=view.line.return_code,
        sender=sender_shown(view.text),
        candidates=[
            OriginalShown(
                payment_id=payment.id,
                customer_id=payment.customer_id,
                status=payment.status,
                amount=Money(payment.amount_minor, payment.currency),
                booked_on=payment.booked_on,
                facts=list(facts),
                explanation=[text_of(fact, FACTS, language) for fact in facts],
            )
            for payment, facts in view.candidates
        ],
    )
