"""BW 6:43, BGB 366 and KC 451: which claim money pays that names none."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.allocation_order import Claim, fill, order_rule
from shared.money import Money

TODAY = date(2026, 4, 20)
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def claim(claim_id: UUID, cents: int, *, due: date = date(2026, 4, 1), costs: int = 0) -> Claim:
    return Claim(id=claim_id, left=Money(cents, "EUR"), due_on=due, costs_minor=costs)


def filled(cents: int, *claims: Claim, jurisdiction: str = "NL") -> list[tuple[UUID, int]]:
    rule = order_rule(jurisdiction, TODAY)
    return [(i, part.minor) for i, part in fill(claims, Money(cents, "EUR"), rule, TODAY)]


def test_of_claims_of_one_age_and_burden_each_gets_its_share() -> None:
    """Pay 100, no naming; same age and burden, A 300, B 200: A 60, B 40."""
    assert filled(10_000, claim(A, 30_000), claim(B, 20_000)) == [(A, 6_000), (B, 4_000)]


def test_the_older_claim_is_paid_before_the_younger() -> None:
    older, younger = claim(A, 16_310, due=date(2026, 1, 1)), claim(B, 18_080)
    assert filled(25_000, younger, older) == [(A, 16_310), (B, 8_690)]


def test_what_is_due_comes_before_what_is_not() -> None:
    assert filled(500, claim(A, 1_000, due=date(2026, 5, 1)), claim(B, 1_000)) == [(B, 500)]


def test_the_claim_with_costs_weighs_more_than_an_older_one_without() -> None:
    older = claim(A, 1_000, due=date(2026, 1, 1))
    assert filled(500, older, claim(B, 1_000, costs=400)) == [(B, 500)]
    assert filled(500, older, claim(B, 1_000, costs=400), jurisdiction="PL") == [(A, 500)]


def test_polish_law_knows_no_sharing_among_equals() -> None:
    assert filled(100, claim(A, 300), claim(B, 200), jurisdiction="PL") == [(A, 100)]


@pytest.mark.parametrize(
    ("jurisdiction", "code"),
    [("NL", "bw_6_43@1992-01-01"), ("DE", "bgb_366@2002-01-01"), ("PL", "kc_451@1965-01-01")],
)
def test_the_rule_bears_its_article_and_the_day_it_holds_from(jurisdiction: str, code: str) -> None:
    assert order_rule(jurisdiction, TODAY).code == code


@given(
    cents=st.integers(0, 5_000),
    lefts=st.lists(st.integers(1, 1_000), max_size=6),
    days=st.lists(st.integers(1, 3), min_size=6, max_size=6),
    jurisdiction=st.sampled_from(["NL", "DE", "PL"]),
)
def test_nothing_is_lost_made_or_given_twice(
    cents: int, lefts: list[int], days: list[int], jurisdiction: str
) -> None:
    claims = [
        claim(UUID(int=at), left, due=date(2026, 4, days[at])) for at, left in enumerate(lefts)
    ]
    parts = filled(cents, *claims, jurisdiction=jurisdiction)
    assert sum(part for _, part in parts) == min(cents, sum(lefts))
    assert len({claim_id for claim_id, _ in parts}) == len(parts)
    assert all(0 < part <= lefts[claim_id.int] for claim_id, part in parts)
