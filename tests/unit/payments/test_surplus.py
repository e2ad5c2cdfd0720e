"""What a credit note makes of payments that came before it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.surplus import Given, Taken, to_take_back
from shared.ids import uuid7

AMOUNTS = st.lists(st.integers(1, 10_000), max_size=6)


@given(st.integers(0, 30_000), AMOUNTS)
def test_exactly_the_surplus_comes_back_as_far_as_money_was_given(
    surplus: int, amounts: list[int]
) -> None:
    given_amounts = [Given(uuid7(), amount) for amount in amounts]
    by_id = {one.allocation_id: one.amount for one in given_amounts}
    taken = to_take_back(surplus, given_amounts)
    freed = sum(by_id[one.allocation_id] - one.keep for one in taken)
    assert freed == min(surplus, sum(amounts))
    assert all(0 <= one.keep < by_id[one.allocation_id] for one in taken)
    # At most one allocation is cut in two.
    assert sum(1 for one in taken if one.keep) <= 1


def test_the_last_money_comes_back_first() -> None:
    first, last = Given(uuid7(), 5_000), Given(uuid7(), 3_000)
    assert to_take_back(4_000, [first, last]) == [
        Taken(last.allocation_id, 0),
        Taken(first.allocation_id, 4_000),
    ]
