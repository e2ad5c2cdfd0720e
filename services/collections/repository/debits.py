"""Debits change with many payments at once: one statement for all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import Debit
from services.collections.repository.ids import among
from shared.db import WriteSession

_COLLECT = text(
    "UPDATE debits SET status = 'collected'"
    " FROM unnest(:claims, :amounts) AS landed (claim_id, amount_minor)"
    " WHERE debits.claim_id = landed.claim_id AND debits.amount_minor = landed.amount_minor"
    " AND debits.status = 'submitted'"
).bindparams(bindparam("claims", type_=ARRAY(Uuid)), bindparam("amounts", type_=ARRAY(BigInteger)))

_RETURN = text(
    "UPDATE debits SET status = 'returned', returned_on = :day, return_code = back.code"
    " FROM unnest(:claims, :amounts, :codes) AS back (claim_id, amount_minor, code)"
    " WHERE debits.claim_id = back.claim_id AND debits.amount_minor = back.amount_minor"
    " AND debits.status = 'collected'"
).bindparams(
    bindparam("claims", type_=ARRAY(Uuid)),
    bindparam("amounts", type_=ARRAY(BigInteger)),
    bindparam("codes", type_=ARRAY(Text)),
)


async def collect_debits(session: WriteSession, landed: Sequence[tuple[UUID, int]]) -> None:
    """`landed`: claim and amount (minor units) of each payment billing booked."""
    await session.execute(
        _COLLECT,
        {"claims": [claim for claim, _ in landed], "amounts": [amount for _, amount in landed]},
    )


async def return_collected_debits(
    session: WriteSession, went_back: Sequence[tuple[UUID, int, str | None]], day: date
) -> None:
    """`went_back`: claim, amount (minor units) and the bank's code of each reversed payment."""
    if not went_back:
        return
    claims, amounts, codes = zip(*went_back, strict=True)
    await session.execute(
        _RETURN,
        {"claims": list(claims), "amounts": list(amounts), "codes": list(codes), "day": day},
    )


async def waiting_to_be_mended(
    session: AsyncSession, claim_ids: Collection[UUID]
) -> Collection[UUID]:
    """The customers of claims whose earlier debit came back by no doing of theirs."""
    query = select(Debit.customer_id).where(
        among(Debit.claim_id, claim_ids), Debit.at_fault.is_(True), Debit.mended_at.is_(None)
    )
    return set(await session.scalars(query))


async def mend(session: WriteSession, debit_id: UUID, at: datetime) -> None:
    """A clerk has dealt with a debit that came back by no doing of the debtor."""
    await session.execute(update(Debit).where(Debit.id == debit_id).values(mended_at=at))
