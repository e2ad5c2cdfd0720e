"""What providers tell by themselves, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel

from services.payments.models import WebhookEvent
from services.payments.repository import webhook_events
from services.payments.use_cases.keep_webhooks import WebhookIntake
from services.payments.use_cases.retry_webhook_event import retry_webhook_event
from shared.auth import requires
from shared.errors import InvalidInput
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money

webhooks = APIRouter()
events = noun_router("/webhook-events", "webhook events")
ROUTERS: tuple[APIRouter, ...] = (webhooks, events)

ProviderName = Literal["mollie", "adyen", "stripe", "gocardless"]


async def hear(request: Request) -> Response:
    """Kept and committed before the answer; worked on after it. An unknown id is no secret told."""
    intake: WebhookIntake = request.app.state.webhook_intake
    provider, creditor = request.path_params["provider"], request.path_params["creditor_id"]
    try:
        creditor_id = UUID(creditor)
    except ValueError:
        raise InvalidInput.field("creditor_id", "not an id") from None
    thanks = await intake.hear(provider, creditor_id, await request.body(), request.headers)
    return PlainTextResponse(thanks)


# Starlette's plain route: to FastAPI's, two parameters cost half as much as all we do here.
webhooks.add_route(
    "/webhooks/{provider}/{creditor_id}", hear, methods=["POST"], include_in_schema=False
)


class WebhookEventShown(BaseModel):
    """`reason` says why it waits, is stuck, or was refused; `payment` is the provider's id."""

    id: UUID
    provider: str
    event_id: str
    type: str
    kind: str
    status: str
    reason: str | None
    payment: str | None
    amount: Money | None
    occurred_at: datetime | None
    received_at: datetime
    heard: int
    tries: int


@events.get("", dependencies=[requires("payments:read")])
async def list_webhook_events(
    session: Reading,
    paging: PageOf,
    status: Literal["received", "waiting", "applied", "ignored", "stuck", "refused"] | None = None,
    provider: ProviderName | None = None,
) -> Page[WebhookEventShown]:
    """The newest first. `stuck` and `refused` ones want a person."""
    rows = await webhook_events.events(session, paging, status=status, provider=provider)
    return paging.page(rows, _shown, lambda row: (row.id,))


@events.post("/{event_id}/retry", dependencies=[requires("payments:write")])
async def retry(session: Writing, event_id: UUID) -> WebhookEventShown:
    """Work on it once more, at once; a refused one was never true and cannot be."""
    return _shown(await retry_webhook_event(session, event_id))


def _shown(row: WebhookEvent) -> WebhookEventShown:
    return WebhookEventShown(
        id=row.id,
        provider=row.provider,
        event_id=row.event_id,
        type=row.type,
        kind=row.kind,
        status=row.status,
        reason=row.reason,
        payment=row.payment,
        amount=None
        if row.amount_minor is None or row.currency is None
        else Money(row.amount_minor, row.currency),
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        heard=row.heard,
        tries=row.tries,
    )
