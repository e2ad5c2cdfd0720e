"""Creditors, customers, bank accounts, mandates, and whose account numbers are known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    LargeBinary,
    Text,
    Uuid,
    any_,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import BankAccount, Creditor, Customer, Mandate
from services.payments.repository.locking import locked
from shared.db import WriteSession
from shared.errors import Conflict, NotFound
from shared.http.pages import Paging

TEXTS, UUIDS, BYTES = ARRAY(Text), ARRAY(Uuid), ARRAY(LargeBinary)


async def creditor(session: AsyncSession) -> Creditor:
    """The creditor of this transaction; `Conflict` while billing has not told of it."""
    found = (await session.scalars(select(Creditor))).one_or_none()
    if found is None:
        raise Conflict("this creditor is not known here yet: register it with billing first")
    return found


async def is_known(session: AsyncSession) -> bool:
    """Whether billing has told of the creditor of this transaction."""
    return (await session.scalars(select(Creditor.id))).one_or_none() is not None


async def customers_by_number(session: AsyncSession, numbers: Collection[str]) -> dict[str, UUID]:
    rows = await session.execute(
        select(Customer.number, Customer.id).where(
            Customer.number == any_(literal(list(numbers), TEXTS)), ~Customer.erased
        )
    )
    return {row.number: row.id for row in rows}


async def customers(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Customer]:
    rows = await session.scalars(
        select(Customer).where(Customer.id == any_(literal(list(ids), UUIDS)))
    )
    return {row.id: row for row in rows}


async def lock_keyed_before(session: WriteSession, version: int, limit: int) -> Sequence[Customer]:
    """Customers with a name whose keys were made by an earlier version of `search_keys`."""
    # Written out, so that the index of just these is known to hold them.
    query = select(Customer).where(
        Customer.name_sealed.is_not(None), Customer.name_keys_version < literal_column(f"{version}")
    )
    return (await session.scalars(locked(query.limit(limit), skip_locked=True))).all()


async def bank_accounts(session: AsyncSession) -> Sequence[BankAccount]:
    return (await session.scalars(select(BankAccount).order_by(BankAccount.id))).all()


async def lock_bank_accounts(session: WriteSession) -> Sequence[BankAccount]:
    """All accounts of the creditor, locked: one file at a time is booked on them."""
    query = locked(select(BankAccount).order_by(BankAccount.id))
    return (await session.scalars(query)).all()


async def bank_account(session: AsyncSession, account_id: UUID) -> BankAccount:
    found = await session.get(BankAccount, account_id)
    if found is None:
        raise NotFound("no bank account with this id")
    return found


async def lock_bank_account(session: WriteSession, account_id: UUID) -> BankAccount:
    query = locked(select(BankAccount).where(BankAccount.id == account_id))
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("no bank account with this id")
    return found


async def taken_references(session: AsyncSession, references: Collection[str]) -> set[str]:
    rows = await session.scalars(
        select(Mandate.reference).where(Mandate.reference == any_(literal(list(references), TEXTS)))
    )
    return set(rows)


async def mandates(
    session: AsyncSession,
    paging: Paging,
    *,
    customer_id: UUID | None = None,
    status: str | None = None,
) -> Sequence[Mandate]:
    query = select(Mandate).order_by(Mandate.id).limit(paging.limit + 1)
    if customer_id is not None:
        query = query.where(Mandate.customer_id == customer_id)
    if status is not None:
        query = query.where(Mandate.status == status)
    if paging.after:
        query = query.where(Mandate.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def mandates_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Mandate]:
    rows = await session.scalars(
        select(Mandate).where(Mandate.id == any_(literal(list(ids), UUIDS)))
    )
    return {row.id: row for row in rows}


async def lock_mandates(session: WriteSession, ids: Collection[UUID]) -> list[Mandate]:
    query = (
        select(Mandate).where(Mandate.id == any_(literal(list(ids), UUIDS))).order_by(Mandate.id)
    )
    query = locked(query)
    return list((await session.scalars(query)).all())


async def mandate_to_confirm(session: AsyncSession, confirm_hash: bytes) -> Mandate | None:
    query = select(Mandate).where(Mandate.confirm_hash == confirm_hash)
    return (await session.scalars(query)).one_or_none()


async def lock_mandate_to_confirm(session: WriteSession, confirm_hash: bytes) -> Mandate | None:
    query = locked(select(Mandate).where(Mandate.confirm_hash == confirm_hash))
    return (await session.scalars(query)).one_or_none()


async def lock_mandate(session: WriteSession, mandate_id: UUID) -> Mandate:
    found = await lock_mandates(session, [mandate_id])
    if not found:
        raise NotFound("no mandate with this id")
    return found[0]


async def lock_living_mandates_of(
    session: WriteSession, customer_ids: Collection[UUID]
) -> Sequence[Mandate]:
    query = (
        select(Mandate)
        .where(
            Mandate.customer_id == any_(literal(list(customer_ids), UUIDS)),
            Mandate.status.in_(("pending", "active", "suspended")),
        )
        .order_by(Mandate.id)
    )
    return (await session.scalars(locked(query))).all()


async def lock_lapsed_mandates(
    session: WriteSession, before: date, today: date, limit: int
) -> Sequence[Mandate]:
    """Living mandates last used, or signed when never used, before a day; and those asked for
    online that nobody confirmed in time."""
    unused = Mandate.status.in_(("active", "suspended")) & (
        func.coalesce(Mandate.last_used_on, Mandate.signed_on) < before
    )
    unconfirmed = (Mandate.status == "pending") & (Mandate.confirm_until < today)
    query = select(Mandate).where(or_(unused, unconfirmed)).order_by(Mandate.id).limit(limit)
    query = locked(query)
    return (await session.scalars(query)).all()
