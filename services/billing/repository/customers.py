"""Creditors and customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Text, any_, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.billing.models import Contract, Creditor, Customer, Receivable, Tariff
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging

TEXTS = ARRAY(Text)


async def creditor(session: AsyncSession) -> Creditor | None:
    """The creditor of this transaction."""
    return (await session.scalars(select(Creditor))).one_or_none()


async def known_creditor(session: AsyncSession) -> Creditor:
    found = await creditor(session)
    if found is None:
        raise NotFound("the creditor is not registered")
    return found


async def lock_creditor(session: WriteSession) -> Creditor | None:
    return (await session.scalars(select(Creditor).with_for_update())).one_or_none()


async def taken_customer_numbers(session: AsyncSession, numbers: set[str]) -> set[str]:
    rows = await session.scalars(
        select(Customer.number).where(Customer.number == any_(literal(list(numbers), TEXTS)))
    )
    return set(rows)


async def customers(
    session: AsyncSession, paging: Paging, *, number: str | None = None
) -> Sequence[Customer]:
    """One page, in the order of registration; one row more than asked tells that there is more."""
    query = select(Customer).order_by(Customer.id).limit(paging.limit + 1)
    if number is not None:
        query = query.where(Customer.number == number)
    if paging.after:
        query = query.where(Customer.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def lock_customer(session: WriteSession, customer_id: UUID) -> Customer:
    query = select(Customer).where(Customer.id == customer_id).with_for_update()
    customer = (await session.scalars(query)).one_or_none()
    if customer is None:
        raise NotFound("no customer with this id")
    return customer


async def has_open_balance(session: AsyncSession, customer_id: UUID) -> bool:
    query = select(Receivable.id).where(
        Receivable.customer_id == customer_id, Receivable.status == "open"
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def zone(session: AsyncSession) -> ZoneInfo:
    """The creditor's time zone: business days are dates in it."""
    name = (await session.scalars(select(Creditor.time_zone))).one_or_none()
    if name is None:
        raise NotFound("the creditor is not registered")
    return ZoneInfo(name)


async def customer_ids(session: AsyncSession, numbers: set[str]) -> dict[str, UUID]:
    query = select(Customer.number, Customer.id).where(
        Customer.number == any_(literal(list(numbers), TEXTS))
    )
    return {row.number: row.id for row in await session.execute(query)}


async def contract_ids(session: AsyncSession, numbers: set[str]) -> dict[str, UUID]:
    query = select(Contract.number, Contract.id).where(
        Contract.number == any_(literal(list(numbers), TEXTS))
    )
    return {row.number: row.id for row in await session.execute(query)}


async def contracts(
    session: AsyncSession, paging: Paging, *, customer_id: UUID | None = None
) -> Sequence[Contract]:
    query = select(Contract).order_by(Contract.id).limit(paging.limit + 1)
    if customer_id is not None:
        query = query.where(Contract.customer_id == customer_id)
    if paging.after:
        query = query.where(Contract.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def tariffs(session: AsyncSession, paging: Paging) -> Sequence[Tariff]:
    query = select(Tariff).order_by(Tariff.code, Tariff.valid_from).limit(paging.limit + 1)
    if paging.after:
        query = query.where(
            tuple_(Tariff.code, Tariff.valid_from)
            > (paging.after[0], date.fromisoformat(paging.after[1]))
        )
    return (await session.scalars(query)).all()
