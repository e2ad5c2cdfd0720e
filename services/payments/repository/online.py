"""Payments through the provider."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, case, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.payouts import Booked
from services.payments.domain.transitions import PROVIDER_PAYMENTS_PENDING
from services.payments.models import (
    Payment,
    PayoutPart,
    PayoutSettlement,
    ProviderPayment,
    ProviderPayout,
    ProviderReversal,
)
from services.payments.repository.locking import locked
from services.payments.repository.parties import TEXTS, UUIDS
from shared.db import WriteSession
from shared.errors import InvalidInput, NotFound
from shared.http.pages import Paging
from shared.money import Money


async def in_transit(session: AsyncSession, currency: str) -> Money:
    """What the provider collected for us and has not paid out."""
    received = await session.scalar(
        select(func.coalesce(func.sum(Payment.amount_minor), 0)).where(
            Payment.source == "provider",
            Payment.currency == currency,
            Payment.status != "reversed",
        )
    )
    paid_out = await session.scalar(
        select(func.coalesce(func.sum(ProviderPayout.amount_minor), 0)).where(
            ProviderPayout.currency == currency
        )
    )
    gone = await parts_gone(session, currency) + await fees_kept(session, currency)
    return Money(int(received or 0) - int(paid_out or 0) - gone, currency)


async def parts_gone(session: AsyncSession, currency: str) -> int:
    """What went back to payers of payments that did not go back as a whole; minor units."""
    total = await session.scalar(
        select(func.coalesce(func.sum(ProviderReversal.amount_minor), 0))
        .join(Payment, Payment.id == ProviderReversal.payment_id)
        .where(
            ProviderReversal.kind == "taken",
            ProviderReversal.currency == currency,
            Payment.status != "reversed",
        )
    )
    return int(total or 0)


async def reversals_of(
    session: AsyncSession, provider_payment_id: UUID
) -> Sequence[ProviderReversal]:
    """What went back of a visit's money and what came again, in no order."""
    query = select(ProviderReversal).where(
        ProviderReversal.provider_payment_id == provider_payment_id
    )
    return (await session.scalars(query)).all()


async def fees_kept(session: AsyncSession, currency: str) -> int:
    """What the provider kept for itself, of settlements that agree; minor units."""
    total = await session.scalar(
        select(func.coalesce(func.sum(PayoutSettlement.fee_minor), 0)).where(
            PayoutSettlement.currency == currency, PayoutSettlement.status == "agreed"
        )
    )
    return int(total or 0)


async def payouts_to_explain(
    session: AsyncSession, checked_before: datetime, limit: int
) -> Sequence[ProviderPayout]:
    """Payouts not agreed and not asked about lately, the oldest first."""
    query = (
        select(ProviderPayout)
        .outerjoin(PayoutSettlement, PayoutSettlement.payout_id == ProviderPayout.id)
        .where(
            or_(
                PayoutSettlement.id.is_(None),
                and_(
                    PayoutSettlement.status != "agreed",
                    PayoutSettlement.checked_at < checked_before,
                ),
            )
        )
        .order_by(ProviderPayout.booked_on, ProviderPayout.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def lock_settlement(session: WriteSession, payout_id: UUID) -> PayoutSettlement | None:
    query = select(PayoutSettlement).where(PayoutSettlement.payout_id == payout_id)
    return (await session.scalars(locked(query))).one_or_none()


async def booked_at_provider(
    session: AsyncSession, provider_ids: Collection[str]
) -> dict[str, Booked]:
    """Our payments by the provider's ids of them, with what went back and came again."""

    def total(kind: str) -> ColumnElement[int]:
        of_kind = case((ProviderReversal.kind == kind, ProviderReversal.amount_minor), else_=0)
        return func.coalesce(func.sum(of_kind), 0)

    rows = await session.execute(
        select(
            ProviderPayment.provider_id,
            Payment.id,
            Payment.amount_minor,
            Payment.currency,
            total("taken"),
            total("reinstated"),
        )
        .join(Payment, Payment.provider_payment_id == ProviderPayment.id)
        .outerjoin(ProviderReversal, ProviderReversal.provider_payment_id == ProviderPayment.id)
        .where(ProviderPayment.provider_id == any_(literal(list(provider_ids), TEXTS)))
        .group_by(ProviderPayment.provider_id, Payment.id)
    )
    return {
        str(name): Booked(
            payment_id,
            Money(minor, currency),
            taken=Money(int(taken), currency),
            reinstated=Money(int(reinstated), currency),
        )
        for name, payment_id, minor, currency, taken, reinstated in rows
    }


async def look_again(
    session: WriteSession, before: datetime, *, provider: str | None = None, **equal: Any
) -> None:
    """Payouts of a provider, or this one, count as last looked at then, if they do not agree."""
    payouts = select(ProviderPayout.id)
    if provider is not None:
        payouts = payouts.where(ProviderPayout.provider == provider)
    await session.execute(
        update(PayoutSettlement)
        .where(PayoutSettlement.status != "agreed", PayoutSettlement.payout_id.in_(payouts))
        .filter_by(**equal)
        .values(checked_at=before)
    )


async def payout(
    session: AsyncSession, payout_id: UUID
) -> tuple[ProviderPayout, PayoutSettlement | None, Sequence[PayoutPart]]:
    found = await session.get(ProviderPayout, payout_id)
    if found is None:
        raise NotFound("no payout with this id")
    settled = await session.scalars(
        select(PayoutSettlement).where(PayoutSettlement.payout_id == payout_id)
    )
    parts = await session.scalars(
        select(PayoutPart).where(PayoutPart.payout_id == payout_id).order_by(PayoutPart.position)
    )
    return found, settled.one_or_none(), parts.all()


async def payouts(
    session: AsyncSession, paging: Paging, status: str | None
) -> Sequence[tuple[ProviderPayout, PayoutSettlement | None]]:
    query = (
        select(ProviderPayout, PayoutSettlement)
        .outerjoin(PayoutSettlement, PayoutSettlement.payout_id == ProviderPayout.id)
        .order_by(ProviderPayout.booked_on, ProviderPayout.id)
        .limit(paging.limit + 1)
    )
    if status is not None:
        query = query.where(func.coalesce(PayoutSettlement.status, "unknown") == status)
    if paging.after:
        if len(paging.after) != 2:
            raise InvalidInput.field("cursor", "not a cursor of this list")
        booked_on, name = paging.after
        last = tuple_(literal(date.fromisoformat(booked_on)), literal(UUID(name)))
        query = query.where(tuple_(ProviderPayout.booked_on, ProviderPayout.id) > last)
    return [(payout, settlement) for payout, settlement in await session.execute(query)]


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
    """Ours by the id we gave the provider, else by the provider's own; locked."""
    for column, value in (
        (ProviderPayment.id, reference),
        (ProviderPayment.provider_id, provider_id),
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
