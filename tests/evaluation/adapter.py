"""The matching engine, asked about a world: without database, bank file or queue.

What the repository would look up by key is given whole, in memory: the domain's book finds its way
by the same keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from services.payments.domain.clues import clues_in, number_key
from services.payments.domain.matching import (
    Ambiguous,
    Debtor,
    Decision,
    Facts,
    Item,
    Line,
    NoMatch,
    Plan,
    decide_all,
)
from services.payments.domain.matching.book import Book
from shared.money import Money
from tests.evaluation.records import Answer, BankLine, Bill, World

_CURRENCY: Final = "EUR"
_SURE: Final = 0.9999


def answer(world: World) -> Mapping[UUID, Answer]:
    """What the engine does with every line of the world, all decided together."""
    accounts, mandates, book = accounts_of(world), mandates_of(world), book_of(world)
    lines = [line_of(line, accounts, mandates) for line in world.lines]
    decisions = decide_all(lines, book)
    return {line_id: answer_of(line_id, decision) for line_id, decision in decisions.items()}


def book_of(world: World) -> Book:
    book = Book(
        Facts.of(
            map(_item, world.bills),
            (
                Debtor(id=d.customer_id, number_key=number_key(d.number), name=d.name)
                for d in world.debtors
            ),
            _plans(world),
        )
    )
    book.index_names()
    return book


def _plans(world: World) -> Iterator[Plan]:
    amounts: dict[UUID, list[int]] = {}
    invoices: dict[UUID, tuple[UUID, ...]] = {}
    for instalment in world.instalments:
        amounts.setdefault(instalment.customer_id, []).append(instalment.amount)
        invoices[instalment.customer_id] = instalment.invoice_ids
    for customer_id, minors in amounts.items():
        yield Plan(
            customer_id=customer_id,
            item_ids=invoices[customer_id],
            instalments_minor=tuple(minors),
        )


def accounts_of(world: World) -> dict[str, dict[UUID, str]]:
    """By account the customers it is known for and how, the best source last."""
    known: dict[str, dict[UUID, str]] = {}
    for past in world.past_payments:
        known.setdefault(past.iban, {})[past.customer_id] = "payment"
    for debtor in world.debtors:
        for iban in debtor.ibans:
            known.setdefault(iban, {})[debtor.customer_id] = "mandate"
    for taught in world.remembered:
        known.setdefault(taught.iban, {}).update(dict.fromkeys(taught.customer_ids, "remembered"))
    return known


def mandates_of(world: World) -> dict[str, UUID]:
    return {m: debtor.customer_id for debtor in world.debtors for m in debtor.mandate_ids}


def line_of(
    line: BankLine, accounts: Mapping[str, Mapping[UUID, str]], mandates: Mapping[str, UUID]
) -> Line:
    iban = "".join((line.payer_iban or "").split()).upper()
    return Line(
        id=line.line_id,
        amount=Money(line.amount, _CURRENCY),
        value_on=line.booked_on,
        clues=clues_in((line.structured, line.text, line.end_to_end_id)),
        payer_name=line.payer_name,
        accounts=accounts.get(iban, {}) if iban else None,
        mandate_customer_id=mandates.get(line.mandate_id or ""),
    )


def _item(bill: Bill) -> Item:
    return Item(
        id=bill.invoice_id,
        customer_id=bill.customer_id,
        status=bill.status,
        available=Money(bill.open, _CURRENCY),
        due_on=bill.due_on,
        number_key=number_key(bill.number),
        rf_reference=bill.rf_reference,
        payment_reference=bill.payment_reference,
        costs_minor=bill.costs,
    )


def answer_of(line_id: UUID, decision: Decision) -> Answer:
    posted: tuple[tuple[UUID, int], ...] = ()
    if not isinstance(decision, Ambiguous | NoMatch):
        posted = tuple((share.item_id, share.amount.minor) for share in decision.shares)
    candidates = () if isinstance(decision, NoMatch) else decision.candidates
    probability = candidates[0].probability if candidates else None
    return Answer(
        line_id=line_id,
        posted=posted,
        customer_id=decision.customer_id,
        probability=_SURE if posted and probability is None else probability,
        ranked=tuple((candidate.customer_id, candidate.item_ids) for candidate in candidates),
    )
