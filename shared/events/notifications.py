"""What notifications tells: what was said to whom, when, and whether it arrived."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.events.envelope import Event
from shared.events.topics import MESSAGES

Channel = Literal["email", "letter"]


class MessageSent(Event, type="notifications.message.sent.v1", topic=MESSAGES.name):
    """Handed to the carrier. `sent_on` starts legal terms; `sha256` names the archived bytes."""

    message_id: UUID
    cause_id: UUID
    customer_id: UUID
    template: str
    channel: Channel
    sent_at: datetime
    sent_on: date
    sha256: str


class MessageFailed(Event, type="notifications.message.failed.v1", topic=MESSAGES.name):
    message_id: UUID
    cause_id: UUID
    customer_id: UUID
    template: str
    channel: Channel | None = None
    reason: str
    failed_on: date
