"""What of a page can be paid, in amounts people type and plans they agreed to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.pay_page import (
    Instalment,
    PageItem,
    Payable,
    instalment_due,
    instalment_now,
    is_payable,
    parse_amount,
    payable,
    payable_instalment,
    share_oldest_first,
)
from shared.ids import uuid7
from tests.factories.payments import eur

TODAY = date(2026, 4, 1)
CENTS = st.integers(1, 1_000_000)


def item(cents: int, *, days: int = 0, **changes: Any) -> PageItem:
    values: dict[str, Any] = {
        "id": uuid7(),
        "number": "20260000001",
        "due_on": TODAY + timedelta(days=days),
        "status": "open",
        "open": eur(cents),
        "paid": eur(0),
    }
    return PageItem(**values | changes)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("25", 2_500),
        ("25,5", 2_550),
        ("25.50", 2_550),
        (" € 1.250,00 ", 125_000),
        ("1 250.00", 125_000),
        ("1\u00a0250,00 EUR", 125_000),
        ("1.250", 125_000),
        ("0,05", 5),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, cents: int) -> None:
    assert parse_amount(typed, "EUR") == eur(cents)


@pytest.mark.parametrize(
    "typed", ["", "-5", "25,1234", "1,2,3", "vijf", "1e3", "２５", "25,", ",5"]
)
def test_what_is_no_amount_is_not_guessed_at(typed: str) -> None:
    assert parse_amount(typed, "EUR") is None


@given(st.text(max_size=30))
def test_nothing_typed_gives_an_amount_below_zero_or_an_error(typed: str) -> None:
    amount = parse_amount(typed, "EUR")
    assert amount is None or amount.minor >= 0


@given(amount=CENTS, open_now=st.lists(CENTS, min_size=1, max_size=8))
def test_sharing_loses_nothing_and_fills_the_oldest_first(amount: int, open_now: list[int]) -> None:
    available = [(uuid7(), eur(cents)) for cents in open_now]
    shares, rest = share_oldest_first(eur(amount), available)
    assert sum(part.minor for _, part in shares) + rest.minor == amount
    assert [invoice_id for invoice_id, _ in shares] == [
        invoice_id for invoice_id, _ in available[: len(shares)]
    ]
    # Only the last of the shares may leave something open.
    for (_, part), (_, left) in zip(shares[:-1], available, strict=False):
        assert part == left
    assert not rest or len(shares) == len(available)


def test_a_page_of_several_asks_only_for_what_is_to_be_paid_now() -> None:
    """Disputed, arranged and debited invoices are shown, and nobody is led to pay them."""
    newer, older = item(3_000, days=5), item(1_000, days=-9)
    others = [
        item(500, is_disputed=True),
        item(600, is_arranged=True),
        item(700, collect_on=TODAY),
        item(0),
        item(800, status="written_off"),
    ]
    choice = payable([newer, *others, older], "EUR", is_alone=False, least=None)
    assert choice == Payable((older.id, newer.id), eur(4_000), None)


def test_whoever_opens_the_link_of_one_disputed_invoice_may_pay_it() -> None:
    disputed = item(500, is_disputed=True)
    assert payable([disputed], "EUR", is_alone=True, least=None).whole == eur(500)
    debited = item(500, collect_on=TODAY)
    assert not payable([debited], "EUR", is_alone=True, least=None).whole


def test_what_a_bailiff_has_is_paid_on_no_page_of_ours() -> None:
    """Nor as an instalment, nor because it is disputed as well."""
    handed_over = item(500, is_with_bailiff=True, is_disputed=True, is_arranged=True)
    for is_alone in (True, False):
        assert not payable([handed_over], "EUR", is_alone=is_alone, least=None).whole
    assert not payable_instalment([handed_over], eur(500), least=None).whole
    assert handed_over.state == "bailiff"


def test_a_part_is_between_the_least_and_the_whole() -> None:
    choice = payable([item(5_000)], "EUR", is_alone=True, least=eur(1_000))
    allowed = [
        cents for cents in (999, 1_000, 4_999, 5_000, 5_001) if is_payable(eur(cents), choice)
    ]
    assert allowed == [1_000, 4_999, 5_000]
    small = payable([item(900)], "EUR", is_alone=True, least=eur(1_000))
    assert small.least is None
    assert is_payable(eur(900), small)
    assert not is_payable(eur(0), payable([], "EUR", is_alone=True, least=eur(1)))


PLAN = [Instalment(n, TODAY + timedelta(days=30 * (n - 1)), eur(2_000)) for n in (1, 2, 3)]


def test_an_instalment_is_what_the_plan_asks_by_then_less_what_came_in() -> None:
    assert instalment_due(PLAN, eur(6_000), 1) == eur(2_000)
    assert instalment_due(PLAN, eur(6_000), 2) == eur(4_000)
    assert instalment_due(PLAN, eur(4_500), 1) == eur(500)
    assert instalment_due(PLAN, eur(4_000), 1) == eur(0)
    # Costs that came on top are not the payer's instalment.
    assert instalment_due(PLAN, eur(7_000), 1) == eur(2_000)


def test_the_instalment_to_pay_is_the_last_one_due_or_else_the_next() -> None:
    assert instalment_now(PLAN, eur(6_000), TODAY) == PLAN[0]
    assert instalment_now(PLAN, eur(4_000), TODAY) == PLAN[1]
    assert instalment_now(PLAN, eur(6_000), TODAY + timedelta(days=40)) == PLAN[1]
    assert instalment_now(PLAN, eur(0), TODAY) is None


@given(open_cents=st.integers(0, 9_000), number=st.integers(1, 3))
def test_no_instalment_asks_more_than_is_open_and_later_ones_never_less(
    open_cents: int, number: int
) -> None:
    due = [instalment_due(PLAN, eur(open_cents), n) for n in range(1, 4)]
    assert due == sorted(due)
    assert eur(0) <= due[number - 1] <= eur(open_cents)


def test_an_instalment_is_taken_from_the_oldest_invoices_of_the_arrangement() -> None:
    older, newer = item(1_500, days=-60, is_arranged=True), item(4_500, is_arranged=True)
    disputed = item(900, days=-90, is_disputed=True, is_arranged=True)
    choice = payable_instalment([newer, disputed, older], eur(2_000), least=None)
    assert choice == Payable((older.id, newer.id), eur(2_000), None)
