"""Payments through the provider."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.transitions import PROVIDER_PAYMENTS_PENDING
from services.payments.domain.visits import OpenVisit
from services.payments.models import (
    ProviderPayment,
    ProviderReversal,
)
from services.payments.repository.locking import locked
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession
from shared.errors import NotFound
from shared.money import Money

_LOCK_BEGINNING = text("SELECT pg_advisory_xact_lock(1224, hashtext(:customer))")
_OPEN_VISITS = text(
    """
    SELECT v.id, v.amount_minor, v.currency, v.withdraw_asked_at,
      coalesce((
        SELECT sum(greatest(0, i.open_minor - coalesce((
          SELECT sum(
            (a.amount_minor + coalesce(a.written_off_minor, 0) + coalesce(a.fee_minor, 0))
            * CASE a.status WHEN 'proposed' THEN 1 ELSE -1 END)
          FROM allocations a WHERE a.invoice_id = i.id AND a.status IN ('proposed', 'undoing')
        ), 0)))
        FROM open_items i WHERE i.id = ANY(v.invoice_ids) AND i.currency = v.currency
      ), 0) AS left_minor,
      EXISTS (
        SELECT 1 FROM debits d WHERE d.invoice_id = ANY(v.invoice_ids) AND d.status = 'submitted'
      ) OR EXISTS (
        SELECT 1 FROM holds h CROSS JOIN unnest(v.invoice_ids) AS named(id)
        WHERE h.customer_id = v.customer_id AND h.active AND h.kind = 'bailiff'
          AND (h.invoice_ids = '[]'::jsonb OR h.invoice_ids @> to_jsonb(named.id::text))
      ) AS is_collected_elsewhere
    FROM provider_payments v
    WHERE v.status = 'open' AND v.provider_id IS NOT NULL AND v.id > :after
    ORDER BY v.id
    LIMIT :limit
    """
)


async def reversals_of(
    session: AsyncSession, provider_payment_id: UUID
) -> Sequence[ProviderReversal]:
    """What went back of a visit's money and what came again, in no order."""
    query = select(ProviderReversal).where(
        ProviderReversal.provider_payment_id == provider_payment_id
    )
    return (await session.scalars(query)).all()


async def lock_beginning(session: WriteSession, customer_id: UUID) -> None:
    """One visit of a customer is begun at a time; until the end of the transaction."""
    await session.execute(_LOCK_BEGINNING, {"customer": str(customer_id)})


async def lock_pending_for(
    session: WriteSession, invoice_ids: Collection[UUID]
) -> Sequence[ProviderPayment]:
    """As `pending_for`, locked."""
    return (await session.scalars(locked(_pending_for(invoice_ids)))).all()


async def pending_for(
    session: AsyncSession, invoice_ids: Collection[UUID]
) -> Sequence[ProviderPayment]:
    """Visits that have no end yet and are for any of these invoices, from whatever link."""
    return (await session.scalars(_pending_for(invoice_ids))).all()


def _pending_for(invoice_ids: Collection[UUID]) -> Select[ProviderPayment]:
    return (
        select(ProviderPayment)
        .where(
            ProviderPayment.status.in_(PROVIDER_PAYMENTS_PENDING),
            ProviderPayment.invoice_ids.op("&&")(literal(list(invoice_ids), UUIDS)),
        )
        .order_by(ProviderPayment.id)
    )


async def open_visits(session: AsyncSession, after: UUID, limit: int) -> list[OpenVisit]:
    """Visits that can be paid at this moment, with what is left of what they are for."""
    rows = await session.execute(_OPEN_VISITS, {"after": after, "limit": limit})
    return [
        OpenVisit(
            row.id,
            Money(row.amount_minor, row.currency),
            Money(int(row.left_minor), row.currency),
            row.is_collected_elsewhere,
            row.withdraw_asked_at,
        )
        for row in rows
    ]


async def is_superseded(session: AsyncSession, provider_payment_id: UUID) -> bool:
    query = select(ProviderPayment.withdraw_asked_at.is_not(None)).where(
        ProviderPayment.id == provider_payment_id
    )
    return bool(await session.scalar(query))


async def lock_provider_payment(
    session: WriteSession, provider_payment_id: UUID
) -> ProviderPayment:
    query = select(ProviderPayment).where(ProviderPayment.id == provider_payment_id)
    found = (await session.scalars(locked(query))).one_or_none()
    if found is None:
        raise NotFound("no provider payment with this id")
    return found


async def find_provider_payment(
    session: WriteSession, *, provider_id: str | None, reference: UUID | None
) -> ProviderPayment | None:
    """Ours by the provider's id of it, else by the id we gave the provider; locked.

    The provider's own comes first: of a visit that was paid twice each payment has one.
    """
    for column, value in (
        (ProviderPayment.provider_id, provider_id),
        (ProviderPayment.id, reference),
    ):
        if value is not None:
            query = select(ProviderPayment).where(column == value)
            if (found := (await session.scalars(locked(query))).one_or_none()) is not None:
                return found
    return None


async def visit_of(
    session: AsyncSession, link_id: UUID, visit_id: UUID | None
) -> ProviderPayment | None:
    """This visit to the provider from this link; the last one when none is named."""
    query = select(ProviderPayment).where(ProviderPayment.link_id == link_id)
    if visit_id is not None:
        query = query.where(ProviderPayment.id == visit_id)
    return (await session.scalars(query.order_by(ProviderPayment.id.desc()).limit(1))).first()


async def pending_since(
    session: AsyncSession, checked_before: datetime, limit: int
) -> Sequence[ProviderPayment]:
    """Those to ask the provider about, the longest unasked first."""
    query = (
        select(ProviderPayment)
        .where(
            ProviderPayment.status.in_(PROVIDER_PAYMENTS_PENDING),
            ProviderPayment.checked_at < checked_before,
        )
        .order_by(ProviderPayment.checked_at, ProviderPayment.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()
