"""Debits change with many payments at once: one statement for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, text

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
