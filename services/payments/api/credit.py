"""What customers paid too much, and how it is used for what they owe."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.payments.api.payment_views import PaymentShown, payment_shown
from services.payments.models import Payment
from services.payments.repository import queue
from services.payments.use_cases.allocate import rest_of
from services.payments.use_cases.use_credit import use_credit
from shared.auth import requires
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money

router = noun_router("/customers", "credit")


class CreditPart(BaseModel):
    payment_id: UUID
    booked_on: date
    credit: Money
    reason: str


class CreditShown(BaseModel):
    """`total` has one amount per currency; empty when there is no credit."""

    customer_id: UUID
    total: list[Money]
    payments: list[CreditPart]


class UseCreditBody(BaseModel):
    """Without `invoice_ids` everything the customer owes, oldest first."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    invoice_ids: Annotated[list[UUID], Field(max_length=100)] = []


class CreditUsed(BaseModel):
    payments: list[PaymentShown]
    left: CreditShown


@router.get("/{customer_id}/credit", dependencies=[requires("payments:read")])
async def get_credit(session: Reading, customer_id: UUID) -> CreditShown:
    """Money of a customer beyond what was owed: paid twice, too much, or for a credited bill."""
    return _shown(customer_id, list(await queue.credits_of(session, customer_id)))


@router.post("/{customer_id}/credit/use", dependencies=[requires("payments:write")])
async def spend_credit(session: Writing, customer_id: UUID, body: UseCreditBody) -> CreditUsed:
    """Give the credit to open invoices of the same customer, without waiting for the next."""
    spent = await use_credit(session, customer_id, body.invoice_ids)
    left = await queue.credits_of(session, customer_id)
    return CreditUsed(
        payments=[payment_shown(payment) for payment in spent],
        left=_shown(customer_id, list(left)),
    )


def _shown(customer_id: UUID, payments: list[Payment]) -> CreditShown:
    totals: dict[str, Money] = {}
    for payment in payments:
        rest = rest_of(payment)
        totals[rest.currency] = totals.get(rest.currency, Money.zero(rest.currency)) + rest
    return CreditShown(
        customer_id=customer_id,
        total=list(totals.values()),
        payments=[
            CreditPart(
                payment_id=payment.id,
                booked_on=payment.booked_on,
                credit=rest_of(payment),
                reason=payment.queue_reason or "",
            )
            for payment in payments
        ],
    )
