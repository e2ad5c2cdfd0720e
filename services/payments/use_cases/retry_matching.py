"""Try again what nothing pointed at: an invoice may be told of after the money for it came."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.payments.domain.clues import clues_in
from services.payments.domain.transitions import PAYMENT, after, payment_trigger
from services.payments.models import BankLine, Payment
from services.payments.repository import matching, statements
from services.payments.use_cases.allocate import Allotted, write_allocations
from services.payments.use_cases.book_payments import (
    Arrival,
    Verdict,
    decide,
    shown_candidates,
)
from services.payments.use_cases.show_lines import LineText, reseal_lines, show_texts
from shared.bulk import update_rows
from shared.crypto import Vault
from shared.db import WriteSession
from shared.money import Money
from shared.rows import rows_of


async def retry_matching(session: WriteSession, *, vault: Vault, limit: int) -> int:
    """Returns how many payments were looked at; fewer than `limit` means there are no more."""
    payments = await matching.lock_undecided(session, limit)
    if not payments:
        return 0
    lines = await statements.lines_by_id(session, {p.line_id for p in payments if p.line_id})
    texts = await show_texts(session, list(lines.values()), vault=vault)
    # Reading thousands of texts takes a while: other work goes on meanwhile.
    arrivals = await asyncio.to_thread(
        lambda: [_arrival(p, lines.get(p.line_id) if p.line_id else None, texts) for p in payments]
    )
    verdicts = await decide(session, arrivals, vault=vault)
    await _apply(session, payments, verdicts)
    await reseal_lines(
        session,
        {p.line_id: v.customer_id for p in payments if p.line_id and (v := verdicts[p.id]).shares},
        vault=vault,
    )
    return len(payments)


def _arrival(payment: Payment, line: BankLine | None, texts: Mapping[UUID, LineText]) -> Arrival:
    told = texts.get(line.id) if line else None
    return Arrival(
        id=payment.id,
        source="bank",
        amount=Money(payment.amount_minor, payment.currency),
        booked_on=payment.booked_on,
        value_on=payment.value_on,
        clues=clues_in(told.texts if told else ()),
        payer_name=told.name if told else None,
        iban_index=line.iban_index if line else None,
        customer_id=payment.customer_id,
    )


async def _apply(
    session: WriteSession, payments: Sequence[Payment], verdicts: Mapping[UUID, Verdict]
) -> None:
    now = session.info["clock"].now()
    await update_rows(
        session,
        rows_of(Payment),
        [_row(payment, verdicts[payment.id]) | {"tried_at": now} for payment in payments],
    )
    found = ((payment, verdicts[payment.id]) for payment in payments)
    await write_allocations(
        session, (Allotted.of(p, v.shares, v.rule, v.order_rule) for p, v in found)
    )


def _row(payment: Payment, verdict: Verdict) -> dict[str, Any]:
    trigger = payment_trigger(payment.amount_minor, verdict.allocated)
    return {
        "id": payment.id,
        "version": payment.version + (1 if verdict.shares else 0),
        "status": after(PAYMENT, "payment", payment.status, trigger),
        "customer_id": verdict.customer_id,
        "allocated_minor": verdict.allocated,
        "queue_reason": verdict.queue_reason,
        "candidates": shown_candidates(verdict.candidates),
    }
