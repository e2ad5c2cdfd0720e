"""Who writes, who is written to, and by which roads money and mail can go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import CollectionAggregate

from services.notifications.models import (
    Creditor,
    Customer,
    Letterhead,
    Mandate,
    PaymentLink,
    Preference,
)
from shared.db import WriteSession

UUIDS = ARRAY(Uuid)


def among(ids: Iterable[UUID]) -> CollectionAggregate[bool]:
    """The right side of `column == ...` for a set of ids: one array, however many."""
    return any_(literal(list(set(ids)), UUIDS))


async def creditor(session: AsyncSession) -> Creditor | None:
    """The creditor of this transaction."""
    return (await session.scalars(select(Creditor))).one_or_none()


async def letterhead(session: AsyncSession) -> Letterhead | None:
    return (await session.scalars(select(Letterhead))).one_or_none()


async def lock_letterhead(session: WriteSession) -> Letterhead | None:
    return (await session.scalars(select(Letterhead).with_for_update())).one_or_none()


async def customers(session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, Customer]:
    rows = await session.scalars(select(Customer).where(Customer.id == among(ids)))
    return {row.id: row for row in rows}


async def preferences(session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, Preference]:
    query = select(Preference).where(Preference.customer_id == among(ids))
    return {row.customer_id: row for row in await session.scalars(query)}


async def preference(session: AsyncSession, customer_id: UUID) -> Preference | None:
    return await session.get(Preference, customer_id)


async def lock_preference(session: WriteSession, customer_id: UUID) -> Preference | None:
    query = select(Preference).where(Preference.customer_id == customer_id).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def links(session: AsyncSession, invoice_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Payment links by invoice."""
    query = select(PaymentLink).where(PaymentLink.invoice_id == among(invoice_ids))
    return {row.invoice_id: row.url for row in await session.scalars(query)}


async def balance_links(session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """By customer, where all that they owe can be paid: as told with their newest invoice."""
    query = (
        select(PaymentLink.customer_id, PaymentLink.balance_url)
        .ext(distinct_on(PaymentLink.customer_id))
        .where(PaymentLink.customer_id == among(ids), PaymentLink.balance_url.is_not(None))
        .order_by(PaymentLink.customer_id, PaymentLink.invoice_id.desc())
    )
    return {customer_id: url for customer_id, url in await session.execute(query) if url}


async def active_mandates(session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The reference of the newest active mandate by customer."""
    query = (
        select(Mandate)
        .where(Mandate.customer_id == among(ids), Mandate.active)
        .order_by(Mandate.id)
    )
    return {row.customer_id: row.reference for row in await session.scalars(query)}
