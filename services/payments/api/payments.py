"""Payments, and the queue of those a person has to look at."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.payments.api.payment_views import (
    PaymentShown,
    QueueItem,
    Story,
    payment_shown,
    queue_item,
    story_shown,
)
from services.payments.repository import matching
from services.payments.use_cases.match_by_hand import Wish, match_by_hand, undo_by_hand
from services.payments.use_cases.reclassify_payout import reclassify_payout
from services.payments.use_cases.show_payments import show_queue, show_story
from shared.auth import requires
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money

payments = noun_router("/payments", "payments")
queue = noun_router("/queue", "queue")
ROUTERS: tuple[APIRouter, ...] = (payments, queue)

_ID = "019ab000-0000-7000-8000-000000000001"


class WishBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    invoice_id: UUID
    amount: Money


class MatchBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "allocations": [
                        {"invoice_id": _ID, "amount": {"amount": 4_250, "currency": "EUR"}}
                    ]
                }
            ]
        },
    )

    allocations: Annotated[list[WishBody], Field(min_length=1, max_length=100)]


class UndoBody(BaseModel):
    """Without `allocation_ids` everything the payment is allocated to is undone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    allocation_ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=100)] = None


class PayoutBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reference": "1234567.2605.03"}]}
    )

    reference: Annotated[str, Field(min_length=1, max_length=40)]


@payments.get("", dependencies=[requires("payments:read")])
async def list_payments(
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    status: Literal["unallocated", "partly_allocated", "allocated", "reversed", "reclassified"]
    | None = None,
    source: Literal["bank", "direct_debit", "provider"] | None = None,
) -> Page[PaymentShown]:
    rows = await matching.payments(
        session, paging, customer_id=customer_id, status=status, source=source
    )
    return paging.page(rows, payment_shown, lambda row: (row.id,))


@payments.get("/{payment_id}", dependencies=[requires("payments:read")])
async def get_payment(request: Request, session: Reading, payment_id: UUID) -> Story:
    """A payment with its story: where it came from, what it was meant for, who decided and when."""
    view = await show_story(session, payment_id, vault=request.app.state.service.vault)
    return story_shown(view)


@payments.post("/{payment_id}/match", dependencies=[requires("payments:write")])
async def match(
    request: Request, session: Writing, payment_id: UUID, body: MatchBody
) -> PaymentShown:
    """Allocate a queued payment by hand, to one invoice or several."""
    wishes = [Wish(wish.invoice_id, wish.amount) for wish in body.allocations]
    vault = request.app.state.service.vault
    return payment_shown(await match_by_hand(session, payment_id, wishes, vault=vault))


@payments.post("/{payment_id}/undo", dependencies=[requires("payments:write")])
async def undo(session: Writing, payment_id: UUID, body: UndoBody) -> PaymentShown:
    """Take back allocations by counter-entry; the payment is in the queue again."""
    chosen = None if body.allocation_ids is None else set(body.allocation_ids)
    return payment_shown(await undo_by_hand(session, payment_id, chosen))


@payments.post("/{payment_id}/payout", dependencies=[requires("payments:approve")])
async def payout(session: Writing, payment_id: UUID, body: PayoutBody) -> PaymentShown:
    """A queued payment is the provider's payout: book it as that."""
    return payment_shown(await reclassify_payout(session, payment_id, body.reference))


@queue.get("", dependencies=[requires("payments:read")])
async def list_queue(
    request: Request, session: Reading, paging: PageOf, reason: str | None = None
) -> Page[QueueItem]:
    """Payments with money nobody could place for certain, oldest first, with what is known."""
    rows = await matching.payments(session, paging, queue_only=True, queue_reason=reason)
    views = await show_queue(session, rows, vault=request.app.state.service.vault)
    return paging.page(views, queue_item, lambda view: (view.payment.id,))
