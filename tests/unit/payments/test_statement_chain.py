from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.statement_chain import Link, gaps, in_order
from shared.ids import uuid7

ACCOUNT = uuid7()
FIRST = date(2026, 4, 1)


def link(
    days: int, opening: int | None, closing: int | None, number: str = "", account: UUID = ACCOUNT
) -> Link:
    return Link(
        id=uuid7(),
        account_id=account,
        number=number,
        closes_on=FIRST + timedelta(days=days),
        currency="EUR",
        opening_minor=opening,
        closing_minor=closing,
    )


@given(st.lists(st.integers(0, 3), min_size=2, max_size=12), st.randoms())
def test_an_unbroken_chain_has_no_gap_however_its_statements_came(steps: list[int], random) -> None:  # type: ignore[no-untyped-def]
    """Several statements of one day join by their balances, each of which is another here."""
    days = [sum(steps[: i + 1]) for i in range(len(steps))]
    chain = [link(day, 100 * i, 100 * (i + 1), str(i)) for i, day in enumerate(days)]
    shuffled = random.sample(chain, len(chain))
    assert in_order(shuffled) == chain
    assert gaps(shuffled) == []


@given(st.integers(1, 6))
def test_a_statement_left_out_is_one_gap_between_its_neighbours(missing: int) -> None:
    chain = [link(i, 100 * i, 100 * (i + 1), str(i)) for i in range(8)]
    (gap,) = gaps(chain[:missing] + chain[missing + 1 :])
    assert (gap.after_statement_id, gap.before_statement_id) == (
        chain[missing - 1].id,
        chain[missing + 1].id,
    )
    assert (gap.reason, gap.difference.minor) == ("balance_differs", 100)


def test_a_number_left_out_is_told_when_the_balances_do_not_show_it() -> None:
    """What was on the missing statement summed to nothing, or no balance is told at all."""
    for balance in (500, None):
        (gap,) = gaps([link(0, 0, balance, "7/1"), link(1, balance, 900, "9/1")])
        assert (gap.reason, gap.difference.minor) == ("number_missing", 0)


def test_numbers_that_count_no_statements_tell_no_gap() -> None:
    alike = [link(i, 5, 5, "00000/00") for i in range(3)]
    by_day = [link(0, 5, 5, "91"), link(3, 5, 5, "94")]
    dates = [link(0, 5, 5, "20260401"), link(1, 5, 5, "20260403")]
    new_year = [link(0, 5, 5, "250"), link(1, 5, 5, "1")]
    assert [gaps(chain) for chain in (alike, by_day, dates, new_year)] == [[]] * 4


def test_accounts_are_chains_of_their_own() -> None:
    other = uuid7()
    links = [link(i, 100 * i, 100 * (i + 1)) for i in range(3)]
    links += [link(i, 7, 7, account=other) for i in range(3)]
    assert gaps(links) == []
    assert all(a.closes_on < b.closes_on for a, b in pairwise(in_order(links[:3])))
