"""A clerk's match teaches who pays for whom; what was taught can be seen and unlearned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from services.payments.models import Allocation, Payment
from services.payments.repository import payers, remittances, statements
from shared.db import WriteSession

# What a person decided, by one payment or by many at once.
_BY_HAND: Final = ("manual", "accepted")


async def teach(
    session: WriteSession, matched: Mapping[UUID, tuple[Payment, Collection[UUID]]]
) -> None:
    """Remember the accounts that payments came from for the customers they were matched to.

    A collector's account pays for everybody: it teaches nothing.
    """
    payments = [payment for payment, _ in matched.values()]
    lines = await statements.lines_by_id(session, {p.line_id for p in payments if p.line_id})
    collectors = await remittances.senders_by_iban(
        session, {line.iban_index for line in lines.values() if line.iban_index}
    )
    lessons = []
    for payment, customer_ids in matched.values():
        line = lines.get(payment.line_id) if payment.line_id else None
        if line is None or line.iban_index is None or line.iban_index in collectors:
            continue
        lessons += [
            payers.Lesson(line.iban_index, customer_id, payment.id)
            for customer_id in sorted(customer_ids)
        ]
    await payers.remember(session, lessons)


async def unlearn(session: WriteSession, payment: Payment, undone: Collection[Allocation]) -> None:
    """These were taken back by a person: so is what they said of the account. Nobody else's match
    loses what it taught."""
    lines = await statements.lines_by_id(session, [payment.line_id] if payment.line_id else ())
    iban_index = next((line.iban_index for line in lines.values()), None)
    if iban_index is None:
        return
    by_hand = {row.customer_id for row in undone if row.matched_by in _BY_HAND}
    by_reference = {row.customer_id for row in undone if row.matched_by == "reference"}
    if by_hand:
        await payers.unlearn(session, iban_index, payment.id, by_hand)
    if by_reference:
        await payers.forget_accounts(session, iban_index, by_reference)
