"""Payouts of the providers: what they hold for us, what payouts are made of, and what differs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    any_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.payouts import SETTLEMENTS_DONE, Booked
from services.payments.models import (
    Payment,
    PayoutPart,
    PayoutSettlement,
    ProviderPayment,
    ProviderPayout,
    ProviderReversal,
)
from services.payments.repository.locking import locked
from services.payments.repository.parties import TEXTS
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


async def fees_kept(session: AsyncSession, currency: str) -> int:
    """What the provider kept for itself, of settlements that agree or were accepted; minor units.

    What was accepted although it differs is booked with the fees.
    """
    kept = PayoutSettlement.fee_minor + func.coalesce(PayoutSettlement.difference_minor, 0)
    total = await session.scalar(
        select(func.coalesce(func.sum(kept), 0)).where(
            PayoutSettlement.currency == currency, PayoutSettlement.status.in_(SETTLEMENTS_DONE)
        )
    )
    return int(total or 0)


async def payouts_to_explain(
    session: AsyncSession, checked_before: datetime, limit: int
) -> Sequence[ProviderPayout]:
    """Payouts neither agreed nor accepted, not asked about lately; the oldest first."""
    query = (
        select(ProviderPayout)
        .outerjoin(PayoutSettlement, PayoutSettlement.payout_id == ProviderPayout.id)
        .where(
            or_(
                PayoutSettlement.id.is_(None),
                and_(
                    PayoutSettlement.status.not_in(SETTLEMENTS_DONE),
                    PayoutSettlement.checked_at < checked_before,
                ),
            )
        )
        .order_by(ProviderPayout.booked_on, ProviderPayout.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def settlements_taken(session: AsyncSession, amounts_minor: Collection[int]) -> set[str]:
    """The provider's ids of payouts of these amounts that are done with for a line of the bank."""
    query = (
        select(PayoutSettlement.settlement_id)
        .join(ProviderPayout, ProviderPayout.id == PayoutSettlement.payout_id)
        .where(
            PayoutSettlement.status.in_(SETTLEMENTS_DONE),
            PayoutSettlement.settlement_id.is_not(None),
            ProviderPayout.amount_minor.in_(amounts_minor),
        )
    )
    return {name for name in await session.scalars(query) if name}


async def lock_settlement(session: WriteSession, payout_id: UUID) -> PayoutSettlement | None:
    query = select(PayoutSettlement).where(PayoutSettlement.payout_id == payout_id)
    return (await session.scalars(locked(query))).one_or_none()


async def booked_at_provider(
    session: AsyncSession, provider_ids: Collection[str], payout_id: UUID
) -> dict[str, Booked]:
    """Our payments by the provider's ids of them, with what went back and came again, and what
    other payouts than this one held of them."""
    elsewhere = (
        select(func.coalesce(func.sum(PayoutPart.amount_minor), 0))
        .where(
            PayoutPart.payment_id == Payment.id,
            PayoutPart.kind == "payment",
            PayoutPart.payout_id != payout_id,
        )
        .scalar_subquery()
    )

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
            elsewhere,
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
            paid_out_minor=int(paid_out),
        )
        for name, payment_id, minor, currency, taken, reinstated, paid_out in rows
    }


async def look_again(
    session: WriteSession, before: datetime, *, provider: str | None = None, **equal: Any
) -> None:
    """Payouts of a provider, or this one, count as last looked at then, while they differ."""
    payouts = select(ProviderPayout.id)
    if provider is not None:
        payouts = payouts.where(ProviderPayout.provider == provider)
    await session.execute(
        update(PayoutSettlement)
        .where(
            PayoutSettlement.status.not_in(SETTLEMENTS_DONE),
            PayoutSettlement.payout_id.in_(payouts),
        )
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
