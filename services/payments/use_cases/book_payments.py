"""Book money that came in: decide over all of it at once, write once, tell once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.payments.domain.clues import NO_CLUES, Clues
from services.payments.domain.matching import (
    Ambiguous,
    Candidate,
    Decision,
    Line,
    NoMatch,
    Over,
    Share,
    decide_all,
)
from services.payments.domain.transitions import payment_status
from services.payments.models import Allocation, Payment
from services.payments.repository import matching, parties
from services.payments.use_cases.allocate import allocation_rows, tell_allocated
from shared import outbox
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events.payments import PaymentReceived, PaymentSource
from shared.ids import uuid7
from shared.money import Money
from shared.rows import rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Money that came in, before it is known whose it is."""

    id: UUID
    source: PaymentSource
    amount: Money
    booked_on: date
    value_on: date
    # What the payer wrote, and the keyed hash of the account it came from.
    clues: Clues = NO_CLUES
    iban_index: bytes | None = None
    # What we asked the money for, when we asked: by direct debit or through the provider.
    invoice_id: UUID | None = None
    customer_id: UUID | None = None
    named_by: str | None = None
    debit_id: UUID | None = None
    provider_payment_id: UUID | None = None
    account_id: UUID | None = None
    line_id: UUID | None = None
    known_until: datetime | None = None
    # Why a person is to look at it when nothing decides it.
    odd: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision in the words of the tables."""

    customer_id: UUID | None
    shares: tuple[Share, ...]
    rule: str
    queue_reason: str | None
    candidates: tuple[Candidate, ...]

    @property
    def allocated(self) -> int:
        return sum(share.amount.minor for share in self.shares)


async def decide(session: WriteSession, arrivals: Sequence[Arrival]) -> dict[UUID, Verdict]:
    """Load every candidate at once, locked, and decide over all arrivals together."""
    senders = await parties.customers_by_iban(
        session, {arrival.iban_index for arrival in arrivals if arrival.iban_index}
    )
    lines = [
        Line(
            id=arrival.id,
            amount=arrival.amount,
            value_on=arrival.value_on,
            clues=arrival.clues,
            invoice_id=arrival.invoice_id,
            named_by=arrival.named_by,
            account_customers=senders.get(arrival.iban_index or b"", frozenset()),
        )
        for arrival in arrivals
    ]
    items = await matching.lock_candidates(
        session,
        ids={line.invoice_id for line in lines if line.invoice_id},
        references=set().union(*(line.clues.references for line in lines)),
        numbers=set().union(*(line.clues.numbers for line in lines)),
        customer_ids=set().union(*senders.values()),
    )
    # Thousands of lines take a while: other requests are answered meanwhile.
    decisions = await asyncio.to_thread(decide_all, lines, items)
    return {arrival.id: _verdict(arrival, decisions[arrival.id]) for arrival in arrivals}


def _verdict(arrival: Arrival, decision: Decision) -> Verdict:
    known = arrival.customer_id
    match decision:
        case NoMatch():
            reason = arrival.odd or decision.reason
            return Verdict(known or decision.customer_id, (), "", reason, ())
        case Ambiguous():
            reason = arrival.odd or decision.reason
            return Verdict(known or decision.customer_id, (), "", reason, decision.candidates)
        case Over():
            return Verdict(
                decision.customer_id,
                decision.shares,
                decision.rule,
                arrival.odd or decision.reason,
                decision.candidates,
            )
        case _:
            return Verdict(decision.customer_id, decision.shares, decision.rule, None, ())


async def book(
    session: WriteSession, arrivals: Sequence[Arrival], verdicts: Mapping[UUID, Verdict]
) -> None:
    """Write payments and allocations, and tell of them."""
    now = session.info["clock"].now()
    creditor_id = scope_of(session).creditor_id
    allocation_ids = {
        arrival.id: [uuid7() for _ in verdicts[arrival.id].shares] for arrival in arrivals
    }
    await insert_rows(
        session,
        rows_of(Payment),
        [
            {
                **payment_row(arrival, verdicts[arrival.id]),
                "creditor_id": creditor_id,
                "tried_at": now,
                "created_at": now,
            }
            for arrival in arrivals
        ],
    )
    await insert_rows(
        session,
        rows_of(Allocation),
        [
            {**row, "creditor_id": creditor_id, "created_at": now}
            for arrival in arrivals
            for row in allocation_rows(
                arrival.id,
                allocation_ids[arrival.id],
                verdicts[arrival.id].shares,
                verdicts[arrival.id].rule,
            )
        ],
    )
    for arrival in arrivals:
        verdict = verdicts[arrival.id]
        outbox.add(session, _received(arrival, verdict))
        tell_allocated(
            session,
            payment_id=arrival.id,
            value_on=arrival.value_on,
            source=arrival.source,
            allocation_ids=allocation_ids[arrival.id],
            shares=verdict.shares,
            rule=verdict.rule,
        )


def payment_row(arrival: Arrival, verdict: Verdict) -> dict[str, Any]:
    return {
        "id": arrival.id,
        "version": 1,
        "status": payment_status(arrival.amount.minor, verdict.allocated),
        "source": arrival.source,
        "customer_id": verdict.customer_id,
        "amount_minor": arrival.amount.minor,
        "allocated_minor": verdict.allocated,
        "currency": arrival.amount.currency,
        "booked_on": arrival.booked_on,
        "value_on": arrival.value_on,
        "account_id": arrival.account_id,
        "line_id": arrival.line_id,
        "debit_id": arrival.debit_id,
        "provider_payment_id": arrival.provider_payment_id,
        "return_code": None,
        "queue_reason": verdict.queue_reason,
        "candidates": shown_candidates(verdict.candidates),
    }


def shown_candidates(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    return [
        {
            "invoice_id": str(candidate.item_id),
            "customer_id": str(candidate.customer_id),
            "facts": list(candidate.facts),
        }
        for candidate in candidates
    ]


def _received(arrival: Arrival, verdict: Verdict) -> PaymentReceived:
    return PaymentReceived(
        payment_id=arrival.id,
        customer_id=verdict.customer_id,
        amount=arrival.amount,
        booked_on=arrival.booked_on,
        value_on=arrival.value_on,
        source=arrival.source,
        bank_known_until=arrival.known_until,
    )
