"""The matching engine, asked about a world: without database, bank file or queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from services.payments.domain.clues import clues_in, number_key
from services.payments.domain.matching import (
    Ambiguous,
    Decision,
    Item,
    Line,
    NoMatch,
    Over,
    decide_all,
)
from shared.money import Money
from tests.evaluation.records import Answer, BankLine, Bill, World

_CURRENCY: Final = "EUR"


def answer(world: World) -> Mapping[UUID, Answer]:
    """What the engine does with every line of the world, all decided together."""
    of_account: dict[str, set[UUID]] = {}
    for debtor in world.debtors:
        for iban in debtor.ibans:
            of_account.setdefault(iban, set()).add(debtor.customer_id)
    lines = [_line(line, of_account) for line in world.lines]
    decisions = decide_all(lines, map(_item, world.bills))
    return {line_id: _answer(line_id, decision) for line_id, decision in decisions.items()}


def _line(line: BankLine, of_account: Mapping[str, set[UUID]]) -> Line:
    iban = (line.payer_iban or "").replace(" ", "").upper()
    return Line(
        id=line.line_id,
        amount=Money(line.amount, _CURRENCY),
        value_on=line.booked_on,
        clues=clues_in((line.structured, line.text, line.end_to_end_id)),
        account_customers=frozenset(of_account.get(iban, ())),
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
    )


def _answer(line_id: UUID, decision: Decision) -> Answer:
    posted: tuple[tuple[UUID, int], ...] = ()
    if not isinstance(decision, Ambiguous | NoMatch):
        posted = tuple((share.item_id, share.amount.minor) for share in decision.shares)
    return Answer(
        line_id=line_id,
        posted=posted,
        customer_id=decision.customer_id,
        probability=None,
        ranked=tuple(_candidates(decision)),
    )


def _candidates(decision: Decision) -> Iterator[tuple[UUID, ...]]:
    if isinstance(decision, Ambiguous | Over):
        for candidate in decision.candidates:
            yield (candidate.item_id,)
