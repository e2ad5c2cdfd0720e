"""What callers see of a message. No name, address or text: those are in its content alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from services.notifications.domain.message import Channel, MessageState
from services.notifications.models import Delivery, Message
from services.notifications.repository.messages import ChangeRow, MessageRow

WaitingFor = Literal["customer", "link", "mandate"]


class MessageShown(BaseModel):
    id: UUID
    cause_id: UUID = Field(description="the invoice, credit note or step it is about")
    customer_id: UUID
    case_id: UUID | None
    invoice_id: UUID | None
    resends_id: UUID | None = Field(description="the message a person asked to repeat")
    template: str
    state: MessageState
    channel: Channel | None
    reason: str | None = Field(description="a stable code: why this road, or why it came back")
    attention: str | None = Field(description="set when a person must look at it")
    waiting_for: WaitingFor | None
    requested_at: datetime
    next_attempt_at: datetime | None
    attempts: int
    sent_at: datetime | None
    sent_on: date | None = Field(description="in the creditor's time zone")
    sha256: str | None = Field(description="of the exact bytes in the archive")
    template_version: str | None
    language: str | None


class StateShown(BaseModel):
    state: MessageState
    at: datetime
    actor: str
    reason: str


class DeliveryShown(BaseModel):
    """One try to hand the message over."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    channel: Channel
    outcome: Literal["accepted", "refused", "deferred", "unknown"]
    reason: str | None
    provider_reference: str | None
    sha256: str


class MessageDetail(MessageShown):
    states: list[StateShown]
    deliveries: list[DeliveryShown]


def shown(row: MessageRow) -> MessageShown:
    return MessageShown(**_fields(row))


def detail(
    row: MessageRow, changes: Sequence[ChangeRow], tries: Sequence[Row[Delivery, str]]
) -> MessageDetail:
    return MessageDetail(
        **_fields(row),
        states=[
            StateShown(
                state=change.after, at=change.changed_at, actor=change.actor, reason=change.reason
            )
            for change in changes
        ],
        deliveries=[
            DeliveryShown(
                at=delivery.at,
                channel=delivery.channel,
                outcome=delivery.outcome,
                reason=delivery.reason,
                provider_reference=delivery.provider_reference,
                sha256=sha256,
            )
            for delivery, sha256 in tries
        ],
    )


def _fields(row: MessageRow) -> dict[str, Any]:
    message, sha256, template_version, language, customer_known = row
    columns = message.__table__.columns.keys()
    named = {name: getattr(message, name) for name in columns if name in MessageShown.model_fields}
    return {
        **named,
        "state": message.status,
        "waiting_for": _waiting_for(message, customer_known=customer_known),
        "next_attempt_at": message.due_at,
        "sha256": sha256,
        "template_version": template_version,
        "language": language,
    }


def _waiting_for(message: Message, *, customer_known: bool) -> str | None:
    if message.status != MessageState.REQUESTED:
        return None
    return message.awaits if customer_known else "customer"
