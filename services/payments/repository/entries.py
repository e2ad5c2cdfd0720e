"""The bookings of our accounts, each once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Date, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.entry_identity import BookedEntry
from services.payments.models import BankEntry, BankLine, Payment
from services.payments.repository.locking import locked
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession

_DAYS, _AMOUNTS = ARRAY(Date), ARRAY(BigInteger)


async def alike(session: AsyncSession, told: Sequence[BookedEntry]) -> list[BookedEntry]:
    """Known entries with the accounts, days and amounts of these, the longest known first."""
    if not told:
        return []
    query = (
        select(
            BankEntry.id,
            BankEntry.account_id,
            BankEntry.booked_on,
            BankEntry.amount_minor,
            BankEntry.reference,
            BankEntry.content,
            BankEntry.told_by,
            BankEntry.confirmed_by,
            BankEntry.balance_minor,
            BankEntry.opens_minor,
            BankEntry.closes_minor,
        )
        .where(
            BankEntry.account_id == any_(literal(list({e.account_id for e in told}), UUIDS)),
            BankEntry.booked_on == any_(literal(list({e.booked_on for e in told}), _DAYS)),
            BankEntry.amount_minor == any_(literal(list({e.amount_minor for e in told}), _AMOUNTS)),
        )
        .order_by(BankEntry.id)
    )
    return [BookedEntry(**row) for row in (await session.execute(query)).mappings()]


async def ahead_sums(session: AsyncSession) -> dict[UUID, int]:
    """Per account what was booked on the word of interim reports and no statement counts yet."""
    rows = await session.execute(
        select(BankEntry.account_id, func.sum(BankEntry.amount_minor))
        .where(BankEntry.confirmed_by.is_(None))
        .group_by(BankEntry.account_id)
    )
    return {account_id: int(minor) for account_id, minor in rows}


async def lock_lines_of(
    session: WriteSession, entry_ids: Collection[UUID]
) -> list[tuple[BankLine, Payment | None]]:
    """The lines of these entries with the payments booked from them, locked."""
    query = (
        select(BankLine)
        .where(BankLine.entry_id == any_(literal(list(entry_ids), UUIDS)))
        .order_by(BankLine.id)
    )
    lines = (await session.scalars(locked(query))).all()
    booked = (
        select(Payment)
        .where(Payment.line_id == any_(literal([line.id for line in lines], UUIDS)))
        .order_by(Payment.id)
    )
    payments = {row.line_id: row for row in (await session.scalars(locked(booked))).all()}
    return [(line, payments.get(line.id)) for line in lines]
