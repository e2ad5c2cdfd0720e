"""Payments through the provider."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.transitions import PROVIDER_PAYMENTS_PENDING
from services.payments.models import (
    ProviderPayment,
    ProviderReversal,
)
from services.payments.repository.locking import locked
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession
from shared.errors import NotFound


async def reversals_of(
    session: AsyncSession, provider_payment_id: UUID
) -> Sequence[ProviderReversal]:
    """What went back of a visit's money and what came again, in no order."""
    query = select(ProviderReversal).where(
        ProviderReversal.provider_payment_id == provider_payment_id
    )
    return (await session.scalars(query)).all()


async def lock_pending_for(session: WriteSession, link_id: UUID) -> Sequence[ProviderPayment]:
    """Visits to the provider from this link that have no end yet, newest first."""
    query = (
        select(ProviderPayment)
        .where(
            ProviderPayment.link_id == link_id,
            ProviderPayment.status.in_(PROVIDER_PAYMENTS_PENDING),
        )
        .order_by(ProviderPayment.id.desc())
    )
    return (await session.scalars(locked(query))).all()


async def pending_for(
    session: AsyncSession, invoice_ids: Collection[UUID]
) -> Sequence[ProviderPayment]:
    """Visits that have no end yet and are for any of these invoices, from whatever link."""
    query = (
        select(ProviderPayment)
        .where(
            ProviderPayment.status.in_(PROVIDER_PAYMENTS_PENDING),
            ProviderPayment.invoice_ids.op("&&")(literal(list(invoice_ids), UUIDS)),
        )
        .order_by(ProviderPayment.id)
    )
    return (await session.scalars(query)).all()


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
