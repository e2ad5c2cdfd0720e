"""What providers tell by themselves, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from services.payments.api.queue_views import Language
from services.payments.domain.advice import stuck_advice
from services.payments.models import WebhookEvent
from services.payments.repository import webhook_events
from services.payments.use_cases.dismiss_webhook_event import dismiss_webhook_event
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
    advice: str | None = Field(description="what a person can do about a stuck one")
    payment: str | None
    amount: Money | None
    occurred_at: datetime | None
    received_at: datetime
    heard: int
    tries: int


class DismissBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "another_shop"}]}
    )

    reason: Annotated[str, Field(pattern="^[a-z0-9_]{1,40}$")]


@events.get("", dependencies=[requires("payments:read")])
async def list_webhook_events(
    session: Reading,
    paging: PageOf,
    language: Language,
    status: Literal["received", "waiting", "applied", "ignored", "stuck", "refused"] | None = None,
    provider: ProviderName | None = None,
) -> Page[WebhookEventShown]:
    """The newest first. `stuck` and `refused` ones want a person."""
    rows = await webhook_events.events(session, paging, status=status, provider=provider)
    return paging.page(rows, lambda row: _shown(row, language), lambda row: (row.id,))


@events.post("/{event_id}/retry", dependencies=[requires("payments:write")])
async def retry(session: Writing, event_id: UUID, language: Language) -> WebhookEventShown:
    """Work on it once more, at once; a refused one was never true and cannot be."""
    return _shown(await retry_webhook_event(session, event_id), language)


@events.post("/{event_id}/dismiss", dependencies=[requires("payments:approve")])
async def dismiss(
    session: Writing, event_id: UUID, body: DismissBody, language: Language
) -> WebhookEventShown:
    """A stuck one of which nothing is to be made: it wants nobody any more."""
    return _shown(await dismiss_webhook_event(session, event_id, body.reason), language)


def _shown(row: WebhookEvent, language: str) -> WebhookEventShown:
    return WebhookEventShown(
        id=row.id,
        provider=row.provider,
        event_id=row.event_id,
        type=row.type,
        kind=row.kind,
        status=row.status,
        reason=row.reason,
        advice=stuck_advice(row.reason, language) if row.status == "stuck" else None,
        payment=row.payment,
        amount=None
        if row.amount_minor is None or row.currency is None
        else Money(row.amount_minor, row.currency),
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        heard=row.heard,
        tries=row.tries,
    )
