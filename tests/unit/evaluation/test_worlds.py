"""A generated world tells the truth about itself, and the same one for the same seed."""

from __future__ import annotations

import re
from collections import defaultdict
from uuid import UUID

import pytest

from shared.references import (
    is_payment_reference,
    is_rf_reference,
    normalise_iban,
)
from tests.evaluation.generate import make_world
from tests.evaluation.kinds import KINDS
from tests.evaluation.records import BankLine, Bill, Truth, World

LINES = 4_000


@pytest.fixture(scope="module")
def world() -> World:
    """Every kind about as often."""
    return make_world(seed=7, lines=LINES, mix="hard")


@pytest.fixture(scope="module")
def bills(world: World) -> dict[UUID, Bill]:
    return {bill.invoice_id: bill for bill in world.bills}


@pytest.fixture(scope="module")
def told(world: World) -> dict[str, list[tuple[BankLine, Truth]]]:
    """Lines and truths by kind."""
    by_kind: dict[str, list[tuple[BankLine, Truth]]] = defaultdict(list)
    for line, truth in zip(world.lines, world.truths, strict=True):
        assert line.line_id == truth.line_id
        by_kind[truth.kind].append((line, truth))
    return by_kind


def test_the_same_seed_makes_the_same_world_and_another_seed_another() -> None:
    assert make_world(seed=3, lines=300) == make_world(seed=3, lines=300)
    assert make_world(seed=3, lines=300).lines != make_world(seed=4, lines=300).lines


def test_every_kind_occurs_and_has_a_written_rule(
    told: dict[str, list[tuple[BankLine, Truth]]],
) -> None:
    """At least thirty kinds; what a clerk would do stands in the docstring of each."""
    assert len(KINDS) >= 30
    assert set(told) == set(KINDS)
    assert all("ecidable" in kind.rule for kind in KINDS.values())


def test_a_truth_never_gives_out_more_than_came_in_or_than_is_open(
    world: World, bills: dict[UUID, Bill]
) -> None:
    for line, truth in zip(world.lines, world.truths, strict=True):
        for shares in (truth.shares, *truth.alternatives):
            assert sum(amount for _, amount in shares) <= line.amount
            for invoice_id, amount in shares:
                assert 0 < amount <= bills[invoice_id].open
                assert truth.customer_id in (None, bills[invoice_id].customer_id)


def test_a_decidable_line_pays_something(world: World) -> None:
    """Where nothing can be posted there is nothing to decide: money stays with a clerk."""
    assert all(truth.shares for truth in world.truths if truth.decidable)


def test_no_claim_is_paid_by_two_lines_beyond_what_is_open(
    world: World, bills: dict[UUID, Bill]
) -> None:
    """The truths of all lines together hold, in whatever order they are posted."""
    paid: dict[UUID, int] = defaultdict(int)
    for truth in world.truths:
        for invoice_id, amount in truth.shares:
            paid[invoice_id] += amount
    assert all(amount <= bills[invoice_id].open for invoice_id, amount in paid.items())


def test_what_the_world_says_of_itself_is_valid(world: World, bills: dict[UUID, Bill]) -> None:
    """References, accounts and ids pass the checks of the kernel; numbers are one's alone."""
    customers = {debtor.customer_id for debtor in world.debtors}
    assert len(customers) == len(world.debtors)
    assert len(bills) == len({bill.number for bill in world.bills}) == len(world.bills)
    for bill in world.bills:
        assert bill.customer_id in customers
        assert is_payment_reference(bill.payment_reference)
        assert is_rf_reference(bill.rf_reference)
        assert (bill.open > 0) == (bill.status == "open")
        assert bill.open <= bill.total + bill.costs
    for debtor in world.debtors:
        assert all(normalise_iban(iban) == iban for iban in debtor.ibans)
    for line in world.lines:
        assert line.payer_iban is None or normalise_iban(line.payer_iban)
    for taught in world.remembered:
        assert set(taught.customer_ids) <= customers
    for instalment in world.instalments:
        assert all(bills[i].customer_id == instalment.customer_id for i in instalment.invoice_ids)


@pytest.mark.parametrize(
    "kind",
    ["reference_transposed", "reference_digit_missing", "tail_is_another_number"],
)
def test_a_damaged_reference_is_no_longer_that_of_the_bill(
    kind: str, told: dict[str, list[tuple[BankLine, Truth]]], bills: dict[UUID, Bill]
) -> None:
    for line, truth in told[kind]:
        between_words = re.split(r"[^\d\s.-]+", line.text)
        written = [re.sub(r"\D", "", part) for part in between_words]
        reference = bills[truth.shares[0][0]].payment_reference
        assert not any(reference in digits for digits in written)


def test_a_failing_reference_ends_in_the_number_of_somebody_else(
    told: dict[str, list[tuple[BankLine, Truth]]], world: World, bills: dict[UUID, Bill]
) -> None:
    """The trap for whoever looks for invoice numbers inside longer digits."""
    by_number = {bill.number: bill for bill in world.bills}
    for line, truth in told["tail_is_another_number"]:
        digits = "".join(char for char in line.text if char.isdigit())
        hit = next(by_number[number] for number in by_number if number in digits)
        assert hit.customer_id != truth.customer_id
        assert hit.payment_reference not in digits


def test_a_name_that_two_debtors_of_the_same_price_share_decides_nothing() -> None:
    """With few names and few prices most lines with a name alone are beyond a clerk."""
    few = make_world(seed=1, lines=6_000, mix="hard", price_points="few")
    many = make_world(seed=1, lines=6_000, mix="hard", price_points="many")
    assert _decidable_share(few, "name_and_amount") < _decidable_share(many, "name_and_amount")


def _decidable_share(world: World, kind: str) -> float:
    verdicts = [truth.decidable for truth in world.truths if truth.kind == kind]
    return sum(verdicts) / len(verdicts)


def test_a_world_has_the_lines_and_bills_asked_for() -> None:
    world = make_world(seed=5, lines=1_000, items=9_000)
    assert len(world.lines) == len(world.truths) == 1_000
    assert 9_000 <= len(world.bills) < 9_100
