"""Book money that came in: decide over all of it at once, write once, tell once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from services.payments.domain.clues import NO_CLUES, Clues
from services.payments.domain.matching import (
    Ambiguous,
    Book,
    Candidate,
    Decision,
    Facts,
    Line,
    NoMatch,
    Over,
    Share,
    decide_all,
)
from services.payments.domain.transitions import payment_status
from services.payments.models import Allocation, Payment
from services.payments.repository import facts as fact_rows
from services.payments.repository import matching, parties, payers
from services.payments.use_cases.allocate import Allocations, Allotted
from services.payments.use_cases.find_facts import find_facts
from shared import outbox
from shared.bulk import insert_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.events.payments import PaymentReceived, PaymentSource
from shared.money import Money
from shared.rows import rows_of
from shared.waiting import meanwhile


class Arrival(NamedTuple):
    """Money that came in, before it is known whose it is."""

    id: UUID
    source: PaymentSource
    amount: Money
    booked_on: date
    value_on: date
    # What the payer wrote and is called, and the keyed hash of the account it came from.
    clues: Clues = NO_CLUES
    payer_name: str | None = None
    iban_index: bytes | None = None
    mandate_id: str | None = None
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


class Verdict(NamedTuple):
    """A decision in the words of the tables."""

    customer_id: UUID | None
    shares: tuple[Share, ...]
    rule: str
    queue_reason: str | None
    candidates: tuple[Candidate, ...]
    order_rule: str | None = None

    @property
    def allocated(self) -> int:
        return sum(share.amount.minor for share in self.shares)


async def decide(
    session: WriteSession, arrivals: Sequence[Arrival], *, vault: Vault | None = None
) -> dict[UUID, Verdict]:
    """Find what bears on all arrivals, decide over them together, and lock what is taken.

    Only the items that a decision takes are locked, in the order of their ids, so that other
    customers' payments go on meanwhile. What changed between finding and locking is decided anew.
    """
    lines = await _lines(session, arrivals)
    creditor = await parties.creditor(session)
    settings = (await fact_rows.stored_settings(session, creditor.jurisdiction)).settings
    book = await find_facts(session, lines, vault)
    held: set[UUID] = set()
    while True:
        # Thousands of lines take a while: other requests are answered meanwhile.
        decisions = await asyncio.to_thread(decide_all, lines, book, settings)
        taken = {share.item_id for d in decisions.values() for share in _shares(d)} - held
        if not taken or await _hold(session, taken, book.facts, may_wait=not held):
            return {arrival.id: _verdict(arrival, decisions[arrival.id]) for arrival in arrivals}
        held |= taken
        book = await asyncio.to_thread(Book, book.facts)


async def _lines(session: WriteSession, arrivals: Sequence[Arrival]) -> list[Line]:
    accounts = await payers.payers(session, {a.iban_index for a in arrivals if a.iban_index})
    mandates = await fact_rows.mandate_customers(
        session, {a.mandate_id for a in arrivals if a.mandate_id}
    )
    return [
        Line(
            id=arrival.id,
            amount=arrival.amount,
            value_on=arrival.value_on,
            clues=arrival.clues,
            invoice_id=arrival.invoice_id,
            named_by=arrival.named_by,
            payer_name=arrival.payer_name,
            accounts=accounts.get(arrival.iban_index, {}) if arrival.iban_index else None,
            mandate_customer_id=mandates.get(arrival.mandate_id or ""),
        )
        for arrival in arrivals
    ]


async def _hold(
    session: WriteSession, item_ids: Collection[UUID], found: Facts, *, may_wait: bool
) -> bool:
    """Lock what was taken; False when it is not any more what the decision was made on.

    Only the first locks wait: later ones could wait in a circle.
    """
    known = [found.items[item_id] for item_id in item_ids]
    changed = await matching.lock_known(session, known, may_wait=may_wait)
    found.items |= changed
    return not changed


def _shares(decision: Decision) -> tuple[Share, ...]:
    return () if isinstance(decision, Ambiguous | NoMatch) else decision.shares


def _verdict(arrival: Arrival, decision: Decision) -> Verdict:
    known, reason = arrival.customer_id, arrival.odd
    match decision:
        case NoMatch():
            return Verdict(known or decision.customer_id, (), "", reason or decision.reason, ())
        case Ambiguous():
            candidates = decision.candidates
            reason = reason or decision.reason
            return Verdict(known or decision.customer_id, (), "", reason, candidates)
        case Over():
            reason = reason or decision.reason
        case _:
            reason = None
    return Verdict(
        decision.customer_id,
        decision.shares,
        decision.rule,
        reason,
        decision.candidates,
        decision.order_rule,
    )


@dataclass(frozen=True, slots=True)
class Booking:
    """Payments that are decided, as they are written and told."""

    arrivals: Sequence[Arrival]
    verdicts: Mapping[UUID, Verdict]
    payments: Sequence[dict[str, Any]]
    allocations: Allocations
    allocation_rows: Sequence[dict[str, Any]]

    @classmethod
    def of(
        cls,
        arrivals: Sequence[Arrival],
        verdicts: Mapping[UUID, Verdict],
        creditor_id: UUID,
        now: datetime,
    ) -> Booking:
        kept = {"creditor_id": creditor_id, "tried_at": now, "created_at": now}
        payments = [payment_row(arrival, verdicts[arrival.id]) | kept for arrival in arrivals]
        allocations = Allocations.of(_allotted(one, verdicts[one.id]) for one in arrivals)
        rows = allocations.rows(creditor_id, now)
        return cls(arrivals, verdicts, payments, allocations, rows)

    async def write(self, session: WriteSession) -> None:
        told = await meanwhile(self._insert(session), self._told)
        outbox.add_written(session, told)

    async def _insert(self, session: WriteSession) -> None:
        await insert_rows(session, rows_of(Payment), self.payments)
        await insert_rows(session, rows_of(Allocation), self.allocation_rows)

    def _told(self) -> list[outbox.Written]:
        received = (_received(arrival, self.verdicts[arrival.id]) for arrival in self.arrivals)
        return outbox.written(chain(received, self.allocations.told()))


async def book(
    session: WriteSession, arrivals: Sequence[Arrival], verdicts: Mapping[UUID, Verdict]
) -> None:
    """Write payments and allocations, and tell of them."""
    creditor_id, now = scope_of(session).creditor_id, session.info["clock"].now()
    await Booking.of(arrivals, verdicts, creditor_id, now).write(session)


def _allotted(arrival: Arrival, verdict: Verdict) -> Allotted:
    return Allotted(
        arrival.id,
        arrival.value_on,
        arrival.source,
        verdict.shares,
        verdict.rule,
        verdict.order_rule,
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
    """As stored with a payment, best first; one without invoices is the customer's credit."""
    return [
        {
            "customer_id": str(candidate.customer_id),
            "invoice_ids": [str(item_id) for item_id in candidate.item_ids],
            "probability": candidate.probability,
            "facts": list(candidate.facts),
            "against": list(candidate.against),
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
