"""What is to be done now: messages to write, to send, to repeat, to withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Text, and_, cast, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.message import MessageState
from services.notifications.domain.templates import TemplateName
from services.notifications.models import (
    Archived,
    Customer,
    EndedDebit,
    Mandate,
    Message,
    PaymentLink,
)
from services.notifications.repository.parties import among
from shared.db import WriteSession
from shared.tables import audit_entries

_UNSENT = (MessageState.REQUESTED, MessageState.RENDERED, MessageState.UNKNOWN)
_LEFT = (
    MessageState.SENT,
    MessageState.HANDED_OVER,
    MessageState.POSTED,
    MessageState.DELIVERED,
)


async def is_anything_due(session: AsyncSession, now: datetime) -> bool:
    due = exists().where(Message.status.in_(_UNSENT), Message.due_at <= now)
    return bool(await session.scalar(select(due)))


async def lock_requested(session: WriteSession, now: datetime, limit: int) -> Sequence[Message]:
    """Messages that can be written now: the customer is known, and the link or nobody waits.

    Rows another process works on are passed over.
    """
    customer_known = exists().where(Customer.id == Message.customer_id)
    has_link = exists().where(PaymentLink.invoice_id == Message.invoice_id)
    has_mandate = exists().where(Mandate.customer_id == Message.customer_id, Mandate.active)
    waited_enough = or_(
        Message.awaits.is_(None),
        Message.wait_until <= now,
        and_(Message.awaits == "link", has_link),
        and_(Message.awaits == "mandate", has_mandate),
    )
    query = (
        select(Message)
        .where(
            Message.status == MessageState.REQUESTED,
            Message.due_at <= now,
            customer_known,
            waited_enough,
        )
        .order_by(Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(of=Message, skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def rendered(
    session: AsyncSession, now: datetime, limit: int
) -> Sequence[Row[Message, Archived]]:
    """Messages to hand over now, each with its archived form: `(Message, Archived)`."""
    query = (
        select(Message, Archived)
        .join(Archived, Archived.id == Message.archived_id)
        .where(Message.status == MessageState.RENDERED, Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(limit)
    )
    return (await session.execute(query)).all()


async def lock_messages(session: WriteSession, ids: Iterable[UUID]) -> Sequence[Message]:
    query = select(Message).where(Message.id == among(ids)).order_by(Message.id).with_for_update()
    return (await session.scalars(query)).all()


async def lock_lost(session: WriteSession, now: datetime, limit: int) -> Sequence[Message]:
    """Messages nobody is sure of, whose time to repeat has come."""
    query = (
        select(Message)
        .where(Message.status == MessageState.UNKNOWN, Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def lock_unsent(session: WriteSession, customers: Iterable[UUID]) -> Sequence[Message]:
    """What has not left yet to these customers."""
    query = (
        select(Message)
        .where(Message.customer_id == among(customers), Message.status.in_(_UNSENT))
        .order_by(Message.id)
        .with_for_update()
    )
    return (await session.scalars(query)).all()


async def left_announcements(session: AsyncSession, customers: Iterable[UUID]) -> Sequence[Message]:
    """The announcements of debits that these customers were sent, in the order of asking."""
    query = (
        select(Message)
        .where(
            Message.customer_id == among(customers),
            Message.template == TemplateName.DIRECT_DEBIT_ANNOUNCED,
            Message.status.in_(_LEFT),
        )
        .order_by(Message.requested_at, Message.id)
    )
    return (await session.scalars(query)).all()


async def ended_debits(session: AsyncSession, customers: Iterable[UUID]) -> set[UUID]:
    """The debits of these customers that came to nothing."""
    query = select(EndedDebit.id).where(EndedDebit.customer_id == among(customers))
    return set(await session.scalars(query))


async def ended_debits_at(
    session: AsyncSession, customers: Iterable[UUID]
) -> Mapping[UUID, datetime]:
    """When the debits of these customers that came to nothing did."""
    query = select(EndedDebit.id, EndedDebit.ended_at).where(
        EndedDebit.customer_id == among(customers)
    )
    return {row.id: row.ended_at for row in await session.execute(query)}


async def written_at(session: AsyncSession, forms: Iterable[UUID]) -> Mapping[UUID, datetime]:
    """When each archived form was written."""
    query = select(Archived.id, Archived.rendered_at).where(Archived.id == among(forms))
    return {row.id: row.rendered_at for row in await session.execute(query)}


async def sent_but_not_archived(session: AsyncSession) -> Sequence[str]:
    """Messages (as the audit trail names them) whose bytes, as they were sent, are gone."""
    entry = audit_entries.c
    kept = exists().where(
        Archived.sha256 == entry.detail["sha256"].astext,
        cast(Archived.message_id, Text) == func.split_part(entry.subject, ":", 2),
    )
    return (await session.scalars(select(entry.subject).where(entry.action == "sent", ~kept))).all()


async def archive_page(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[Archived]:
    """The archive in the order of ids, for a walk over all of it."""
    query = select(Archived).order_by(Archived.id).limit(limit)
    if after is not None:
        query = query.where(Archived.id > after)
    return (await session.scalars(query)).all()
