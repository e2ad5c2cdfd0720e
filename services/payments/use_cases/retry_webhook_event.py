"""A person sends a provider's event through once more."""

from __future__ import annotations

from uuid import UUID

from services.payments.domain.transitions import after
from services.payments.domain.webhook_events import WEBHOOK_EVENT
from services.payments.models import WebhookEvent
from services.payments.repository import webhook_events
from shared.db import WriteSession


async def retry_webhook_event(session: WriteSession, event_id: UUID) -> WebhookEvent:
    event = await webhook_events.lock_event(session, event_id)
    event.status = after(WEBHOOK_EVENT, "webhook event", event.status, "retry")
    event.reason, event.tries = None, 0
    event.try_at = session.info["clock"].now()
    event.heard += 1
    return event
