"""What providers told us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.given_back import GIVEN_BACK_KINDS, Told
from services.payments.domain.webhook_events import WEBHOOK_EVENTS_DUE
from services.payments.models import WebhookEvent
from services.payments.repository.locking import locked
from shared.bulk import insert_rows
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging
from shared.money import Money
from shared.rows import rows_of

# An event told again changes nothing, unless it only says "look": then it is looked at again.
_TOLD_AGAIN = (
    "(creditor_id, provider, event_id) DO UPDATE SET status = 'received', reason = NULL,"
    " heard = webhook_events.heard + 1, tries = 0, try_at = EXCLUDED.try_at,"
    " received_at = EXCLUDED.received_at"
    " WHERE webhook_events.kind = 'changed' AND EXCLUDED.kind = 'changed'"
)


async def keep(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    """Each event once, whoever repeats it."""
    once = {(row["provider"], row["event_id"]): row for row in rows}
    # In one order everywhere, so that two writers never wait for each other.
    ordered = [once[key] for key in sorted(once)]
    await insert_rows(session, rows_of(WebhookEvent), ordered, on_conflict=_TOLD_AGAIN)


async def drop_refused_beyond(session: WriteSession, kept: int) -> None:
    """The oldest refused webhooks make room: strangers cannot fill the table."""
    beyond = (
        select(WebhookEvent.id)
        .where(WebhookEvent.status == "refused")
        .order_by(WebhookEvent.id.desc())
        .offset(kept)
    )
    await session.execute(delete(WebhookEvent).where(WebhookEvent.id.in_(beyond)))


async def due(session: AsyncSession, now: datetime, limit: int) -> Sequence[WebhookEvent]:
    query = (
        select(WebhookEvent)
        .where(WebhookEvent.status.in_(WEBHOOK_EVENTS_DUE), WebhookEvent.try_at <= now)
        .order_by(WebhookEvent.try_at, WebhookEvent.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def told_given_back(session: AsyncSession, provider: str, payment: str | None) -> list[Told]:
    """What a provider told of money of this payment that went back or came again."""
    query = select(WebhookEvent).where(
        WebhookEvent.provider == provider,
        WebhookEvent.payment == payment,
        WebhookEvent.kind.in_(GIVEN_BACK_KINDS),
        WebhookEvent.status != "refused",
    )
    return [
        Told(row.kind, Money(row.amount_minor, row.currency), row.occurred_at)
        for row in await session.scalars(query)
        if row.amount_minor is not None and row.currency is not None
    ]


async def was_told_before(session: AsyncSession, event: WebhookEvent) -> bool:
    """Whether another event of this kind, of the same payment, was worked on already."""
    query = select(WebhookEvent.id).where(
        WebhookEvent.provider == event.provider,
        WebhookEvent.payment == event.payment,
        WebhookEvent.type == event.type,
        WebhookEvent.status == "applied",
        WebhookEvent.id != event.id,
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def reports(session: AsyncSession, provider: str) -> dict[str, list[str]]:
    """Whose reports a provider told can be fetched, by their file name."""
    found: dict[str, list[str]] = {}
    query = select(WebhookEvent).where(
        WebhookEvent.provider == provider,
        WebhookEvent.kind == "report",
        WebhookEvent.status != "refused",
    )
    for row in await session.scalars(query.order_by(WebhookEvent.id)):
        if row.payment is not None and row.reference is not None:
            found.setdefault(row.payment, []).append(row.reference)
    return found


async def record_work(
    session: WriteSession, event: WebhookEvent, *, status: str, reason: str | None, try_at: datetime
) -> None:
    """What became of this telling of it; a later one stays to be worked on."""
    await session.execute(
        update(WebhookEvent)
        .where(
            WebhookEvent.id == event.id,
            WebhookEvent.heard == event.heard,
            WebhookEvent.status == event.status,
        )
        .values(status=status, reason=reason, tries=event.tries + 1, try_at=try_at)
    )


async def lock_event(session: WriteSession, event_id: UUID) -> WebhookEvent:
    query = locked(select(WebhookEvent).where(WebhookEvent.id == event_id))
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("no webhook event with this id")
    return found


async def events(
    session: AsyncSession, paging: Paging, *, status: str | None, provider: str | None
) -> Sequence[WebhookEvent]:
    """The newest first."""
    query = select(WebhookEvent).order_by(WebhookEvent.id.desc()).limit(paging.limit + 1)
    if status is not None:
        query = query.where(WebhookEvent.status == status)
    if provider is not None:
        query = query.where(WebhookEvent.provider == provider)
    if paging.after is not None:
        query = query.where(WebhookEvent.id < UUID(str(paging.after[0])))
    return (await session.scalars(query)).all()
