"""Money back with the payer: the sum does not hang on the order of telling, nor on repetition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.given_back import Told, cut_allocations, gone_in_all, take_from
from shared.money import Money

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def told(kind: str, minor: int, minutes: int = 0) -> Told:
    return Told(kind, eur(minor), NOON + timedelta(minutes=minutes))


TOLD = st.lists(
    st.builds(
        told,
        st.sampled_from(
            ["refunded", "refunded_in_all", "refund_failed", "charged_back", "chargeback_reversed"]
        ),
        st.integers(1, 10_000),
        st.integers(0, 600),
    ),
    max_size=8,
)


@given(TOLD, st.randoms(use_true_random=False))
def test_the_order_of_telling_changes_nothing(events: list[Told], random: Random) -> None:
    """Webhooks overtake each other; what is gone in the end is the same, and never negative."""
    shuffled = list(events)
    random.shuffle(shuffled)
    assert gone_in_all(shuffled, "EUR") == gone_in_all(events, "EUR") >= eur(0)


def test_single_refunds_add_up_and_a_won_chargeback_counts_for_nothing() -> None:
    """Adyen tells each by itself."""
    events = [told("refunded", 2_000), told("refunded", 500), told("refund_failed", 500)]
    events += [told("charged_back", 1_000), told("chargeback_reversed", 1_000)]
    assert gone_in_all(events, "EUR") == eur(2_000)


def test_the_last_sum_of_refunds_holds_those_before_it() -> None:
    """Stripe tells all refunds of a charge in one sum; one that failed later is taken off."""
    events = [told("refunded_in_all", 5_000, 2), told("refunded_in_all", 2_000, 1)]
    assert gone_in_all(events, "EUR") == eur(5_000)
    assert gone_in_all([*events, told("refund_failed", 3_000, 3)], "EUR") == eur(2_000)
    assert gone_in_all([*events, told("refund_failed", 3_000, 1)], "EUR") == eur(5_000)


AMOUNTS = st.lists(st.integers(1, 10_000), max_size=6)


@given(st.integers(0, 10_000), AMOUNTS, st.integers(1, 60_000))
def test_what_is_cut_is_what_was_taken_beyond_the_rest(
    rest: int, spent: list[int], taken: int
) -> None:
    """Not a cent more or less; only the oldest of those touched keeps a part."""
    allocations = [(UUID(int=n), eur(minor)) for n, minor in enumerate(spent)]
    cuts = cut_allocations(eur(rest), allocations, eur(taken))
    if taken > rest + sum(spent):
        assert cuts is None
        return
    assert cuts is not None
    by_id = dict(allocations)
    lost = sum((by_id[cut.allocation_id] - cut.kept).minor for cut in cuts)
    assert lost == max(0, taken - rest)
    assert [cut.allocation_id for cut in cuts] == [name for name, _ in reversed(allocations)][
        : len(cuts)
    ]
    assert all(not cut.kept for cut in cuts[:-1])


@given(AMOUNTS, st.integers(0, 60_000))
def test_taking_from_several_loses_nothing(lefts: list[int], amount: int) -> None:
    """Parts and what nobody had make the amount again."""
    parts, short = take_from(
        [(UUID(int=n), eur(left)) for n, left in enumerate(lefts)], eur(amount)
    )
    assert sum(part.minor for _, part in parts) + short.minor == amount
    assert short.minor == max(0, amount - sum(lefts))
