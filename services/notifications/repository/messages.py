"""Messages as people look at them: lists, one with its history, counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.message import MessageState
from services.notifications.models import Archived, Customer, Delivery, Message
from services.notifications.repository.parties import among
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging
from shared.tables import status_history

# A list shows what was kept of a message, never the bytes themselves.
_KEPT = (Archived.sha256, Archived.template_version, Archived.language)
MESSAGE_NOUN = "message"
_UNSENT = (MessageState.REQUESTED, MessageState.RENDERED)

# The message, sha256, template version and language of its last form, and whether the customer is
# known.
MessageRow = Row[Message, str | None, str | None, str | None, bool]
ChangeRow = Row[str | None, str, str, str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    customer_id: UUID | None = None
    cause_id: UUID | None = None
    template: str | None = None
    state: str | None = None
    channel: str | None = None
    attention: bool | None = None


async def messages(
    session: AsyncSession, wanted: MessageFilter, paging: Paging
) -> Sequence[MessageRow]:
    """One page, newest first."""
    query = _shown().order_by(Message.requested_at.desc(), Message.id.desc())
    named = {
        Message.customer_id: wanted.customer_id,
        Message.cause_id: wanted.cause_id,
        Message.template: wanted.template,
        Message.status: wanted.state,
        Message.channel: wanted.channel,
    }
    for column, value in named.items():
        if value is not None:
            query = query.where(column == value)
    if wanted.attention is not None:
        is_set = Message.attention.is_not(None)
        query = query.where(is_set if wanted.attention else ~is_set)
    if paging.after:
        at, last_id = paging.after
        newest = tuple_(Message.requested_at, Message.id)
        query = query.where(newest < (datetime.fromisoformat(at), UUID(last_id)))
    return (await session.execute(query.limit(paging.limit + 1))).all()


async def message(session: AsyncSession, message_id: UUID) -> MessageRow:
    """One message as the list shows it."""
    found = await session.execute(_shown().where(Message.id == message_id))
    row: MessageRow | None = found.one_or_none()
    if row is None:
        raise NotFound("no message with this id")
    return row


async def lock_message(session: WriteSession, message_id: UUID) -> Message:
    query = select(Message).where(Message.id == message_id).with_for_update()
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("no message with this id")
    return found


async def archived_of(session: AsyncSession, message_id: UUID) -> Archived:
    """The last form of a message: the one that was sent or is about to be."""
    query = (
        select(Archived)
        .join(Message, Message.archived_id == Archived.id)
        .where(Message.id == message_id)
    )
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("nothing was written yet for a message with this id")
    return found


async def deliveries_of(session: AsyncSession, message_id: UUID) -> Sequence[Row[Delivery, str]]:
    """Each try with the hash of the bytes that were tried, in order."""
    query = (
        select(Delivery, Archived.sha256)
        .join(Archived, Archived.id == Delivery.archived_id)
        .where(Delivery.message_id == message_id)
        .order_by(Delivery.at, Delivery.id)
    )
    return (await session.execute(query)).all()


async def status_changes(session: AsyncSession, message_id: UUID) -> Sequence[ChangeRow]:
    columns = status_history.c
    query = (
        select(columns.before, columns.after, columns.actor, columns.reason, columns.changed_at)
        .where(columns.subject_id == message_id, columns.noun == MESSAGE_NOUN)
        .order_by(columns.id)
    )
    return (await session.execute(query)).all()


async def by_cause(session: AsyncSession, causes: Iterable[UUID]) -> Mapping[UUID, Message]:
    """Messages by their cause, for facts that another message needs."""
    rows = await session.scalars(select(Message).where(Message.cause_id == among(causes)))
    return {row.cause_id: row for row in rows}


async def summary(
    session: AsyncSession, requested_from: date | None, requested_to: date | None
) -> Sequence[Row[str, str | None, str, int]]:
    """Counts by template, channel and state of what was requested between two UTC days."""
    day = func.date(func.timezone("UTC", Message.requested_at))
    keys = (Message.template, Message.channel, Message.status)
    query = select(*keys, func.count().label("messages")).group_by(*keys).order_by(*keys)
    if requested_from is not None:
        query = query.where(day >= requested_from)
    if requested_to is not None:
        query = query.where(day <= requested_to)
    return (await session.execute(query)).all()


async def waiting(session: AsyncSession, now: datetime) -> Row[int, int, datetime | None, int]:
    """What should have left by `now` and has not, how much of it for want of a customer, since
    when; and how many messages a person must look at.
    """
    unknown = ~exists().where(Customer.id == Message.customer_id)
    due = and_(Message.status.in_(_UNSENT), Message.due_at <= now)
    attention = Message.attention.is_not(None)
    query = select(
        func.count().filter(due).label("due"),
        func.count().filter(due, unknown).label("customer_unknown"),
        func.min(Message.requested_at).filter(due).label("oldest"),
        func.count().filter(attention).label("attention"),
    ).where(or_(due, attention))
    return (await session.execute(query)).one()


def _shown() -> Any:
    known = exists().where(Customer.id == Message.customer_id)
    return select(Message, *_KEPT, known.label("customer_known")).outerjoin(
        Archived, Archived.id == Message.archived_id
    )
