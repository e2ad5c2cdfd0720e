"""A clerk's match teaches who pays for whom; what was taught can be seen and unlearned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from services.payments.models import Payment
from services.payments.repository import payers, remittances, statements
from shared.db import WriteSession


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


async def unlearn(session: WriteSession, payment_id: UUID) -> None:
    """The match of this payment was wrong: so was what it taught."""
    await payers.unlearn_from(session, payment_id)
