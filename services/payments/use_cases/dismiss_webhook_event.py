"""A person says that nothing is to be made of a provider's event that could not be worked on."""

from __future__ import annotations

from uuid import UUID

from services.payments.domain.transitions import after
from services.payments.domain.webhook_events import WEBHOOK_EVENT
from services.payments.models import WebhookEvent
from services.payments.repository import webhook_events
from shared.db import WriteSession


async def dismiss_webhook_event(session: WriteSession, event_id: UUID, reason: str) -> WebhookEvent:
    """`reason` is a code; it can still be sent through once more."""
    event = await webhook_events.lock_event(session, event_id)
    event.status = after(WEBHOOK_EVENT, "webhook event", event.status, "dismiss")
    event.reason = reason
    return event
