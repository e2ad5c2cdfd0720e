"""The balance of an open item: a function of its facts, whatever order they become known in."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.open_item import Balance, Kind, Movement, balance, status_of

DAY = date(2026, 10, 1)


def movement(kind: Kind, amount: int, day: int = 0, place: int = 0) -> Movement:
    return Movement(UUID(int=place), kind, amount, DAY + timedelta(days=day))


facts = st.lists(
    st.tuples(
        st.sampled_from(["costs", "interest", "payment", "credit", "write_off"]),
        st.integers(min_value=1, max_value=50_000),
        st.integers(min_value=0, max_value=60),
    ),
    max_size=12,
).map(lambda items: [movement(*item, place=n) for n, item in enumerate(items)])


@given(st.integers(min_value=0, max_value=100_000), facts)
def test_what_is_owed_less_what_was_paid_is_what_is_open(
    principal: int, movements: list[Movement]
) -> None:
    state = balance(principal, movements)
    owed = principal + sum(m.amount for m in movements if m.kind in {"costs", "interest"})
    gone = sum(m.amount for m in movements if m.kind in {"payment", "credit", "write_off"})
    assert state.open - state.surplus == owed - gone
    assert min(state.principal, state.costs, state.interest, state.surplus) >= 0
    assert not (state.open and state.surplus)


@given(st.integers(0, 100_000), facts, st.randoms())
def test_the_order_in_which_facts_become_known_changes_nothing(
    principal: int, movements: list[Movement], random: object
) -> None:
    shuffled = list(movements)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert balance(principal, shuffled) == balance(principal, movements)


@pytest.mark.parametrize(
    ("principal", "movements", "expected"),
    [
        # BW 6:44: costs 127.50, interest 14.20, the rest of 200.00 to principal.
        (
            85_000,
            [movement("costs", 12_750), movement("interest", 1_420), movement("payment", 20_000)],
            Balance(principal=79_170),
        ),
        # 142.60; costs 40.00 from 7 October, interest 0.78 to 20 October, 100.00 paid on the 20th.
        (
            14_260,
            [
                movement("payment", 10_000, day=19),
                movement("interest", 78, day=19),
                movement("costs", 4_000, day=6),
            ],
            Balance(principal=8_338),
        ),
        # Costs that took effect after the payment do not take from it.
        (
            10_000,
            [movement("payment", 6_000), movement("costs", 4_000, day=1)],
            Balance(4_000, 4_000),
        ),
        # A credit note takes back principal, not costs.
        (10_000, [movement("costs", 4_000), movement("credit", 10_000, day=1)], Balance(0, 4_000)),
        # Credited after payment: the customer has it to spend, later interest first.
        (
            10_000,
            [movement("payment", 10_000), movement("credit", 500, day=1)],
            Balance(0, surplus=500),
        ),
    ],
)
def test_a_payment_goes_to_costs_then_interest_then_principal(
    principal: int, movements: list[Movement], expected: Balance
) -> None:
    assert balance(principal, movements) == expected


@pytest.mark.parametrize(
    ("movements", "status"),
    [
        ([], "open"),
        ([movement("payment", 9_999)], "open"),
        ([movement("payment", 10_000)], "settled"),
        ([movement("credit", 10_000)], "credited"),
        ([movement("credit", 5_000), movement("payment", 5_000, 1)], "settled"),
        ([movement("payment", 1), movement("write_off", 9_999, 1)], "written_off"),
    ],
)
def test_the_status_says_how_an_item_was_closed(movements: list[Movement], status: str) -> None:
    assert status_of(balance(10_000, movements), movements) == status
