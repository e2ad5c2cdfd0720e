"""Collection costs: the scale, the VAT uplift, several claims, and small instalments."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collections.domain.collection_costs import (
    Claim,
    CostRules,
    CostsImposed,
    CostsNotConfigured,
    collection_costs,
    letter_costs,
)
from services.collections.domain.jurisdiction import jurisdiction
from shared.money import Money
from tests.unit.collections.builders import eur

TODAY = date(2026, 9, 18)


def rules() -> CostRules:
    found = jurisdiction("NL").costs
    assert found is not None
    return found


SCALE = rules().scale_on(TODAY)


@pytest.mark.parametrize(
    ("principal", "costs", "with_vat"),
    [
        ("47.95", "40.00", "48.40"),
        ("266.67", "40.00", "48.40"),
        ("300.00", "45.00", "54.45"),
        ("850.00", "127.50", "154.28"),
        ("3000.00", "425.00", "514.25"),
        ("7500.00", "750.00", "907.50"),
        ("15000.00", "925.00", "1119.25"),
        ("1000000.00", "6775.00", "8197.75"),
    ],
)
def test_a_worked_example_of_the_scale(principal: str, costs: str, with_vat: str) -> None:
    assert collection_costs(eur(principal), SCALE).total == eur(costs)
    assert collection_costs(eur(principal), SCALE, vat_uplift=True).total == eur(with_vat)


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        ("2500.00", "375.00"),
        ("5000.00", "625.00"),
        ("10000.00", "875.00"),
        ("200000.00", "2775.00"),
        ("1000000.01", "6775.00"),
    ],
)
def test_each_slice_ends_at_its_cumulative_amount(principal: str, costs: str) -> None:
    assert collection_costs(eur(principal), SCALE).net == eur(costs)


def test_nothing_owed_is_nothing_charged() -> None:
    assert collection_costs(eur("0.00"), SCALE).total == eur("0.00")
    assert letter_costs([Claim(eur("0.00"))], TODAY, rules()).total == eur("0.00")


def test_after_a_part_payment_in_time_costs_are_those_of_the_remainder() -> None:
    announced = letter_costs([Claim(eur("850.00"))], date(2026, 9, 18), rules())
    remaining = letter_costs(
        [Claim(eur("850.00") - eur("600.00"))], date(2026, 10, 7), rules(), at_most=announced.net
    )
    assert announced.net == eur("127.50")
    assert remaining.net == eur("40.00")


def test_costs_never_exceed_what_the_letter_named() -> None:
    found = letter_costs(
        [Claim(eur("850.00"))], TODAY, rules(), at_most=eur("40.00"), vat_uplift=True
    )
    assert (found.net, found.vat) == (eur("40.00"), eur("8.40"))


@pytest.mark.parametrize(
    ("principals", "costs"),
    [
        (["60.00", "60.00", "60.00"], "40.00"),
        (["800.00", "900.00", "1000.00"], "395.00"),
        (["650.00", "650.00"], "195.00"),
    ],
)
def test_several_claims_in_one_letter_are_added(principals: list[str], costs: str) -> None:
    claims = [Claim(eur(principal)) for principal in principals]
    assert letter_costs(claims, TODAY, rules()).net == eur(costs)


def test_instalments_at_or_above_the_threshold_follow_the_ordinary_scale() -> None:
    rents = [Claim(eur("650.00"), is_instalment=True)] * 2
    assert letter_costs(rents, TODAY, rules()).net == eur("195.00")
    at_threshold = [Claim(eur("266.67"), is_instalment=True)] * 2
    assert letter_costs(at_threshold, TODAY, rules()).net == eur("80.00")


def test_a_letter_for_each_missed_instalment_costs_40_and_then_20_up_to_140() -> None:
    earlier: list[CostsImposed] = []
    amounts = []
    for month in range(3, 11):
        on = date(2026, month, 15)
        costs = letter_costs(
            [Claim(eur("35.00"), is_instalment=True)], on, rules(), earlier=earlier
        )
        amounts.append(costs.net.to_decimal())
        earlier.append(CostsImposed(on, costs.net))
    assert sum(amounts[:4]) == 100
    # The first fee is six months old on 15 September and still counts; a month later it does not.
    assert amounts == [40, 20, 20, 20, 20, 20, 0, 20]


def test_one_collective_letter_over_missed_instalments_costs_what_one_of_them_would() -> None:
    missed = [Claim(eur("35.00"), is_instalment=True)] * 4
    assert letter_costs(missed, TODAY, rules()).net == eur("40.00")
    larger = [Claim(eur("200.00"), is_instalment=True)] * 4
    assert letter_costs(larger, TODAY, rules()).net == eur("40.00")


def test_before_october_2024_small_instalments_were_added_like_other_claims() -> None:
    missed = [Claim(eur("200.00"), is_instalment=True)] * 4
    assert letter_costs(missed, date(2024, 9, 30), rules()).net == eur("120.00")
    assert letter_costs(missed, date(2024, 10, 1), rules()).net == eur("40.00")


def test_beside_a_larger_claim_only_the_highest_small_instalment_counts() -> None:
    claims = [
        Claim(eur("800.00")),
        Claim(eur("200.00"), is_instalment=True),
        Claim(eur("100.00"), is_instalment=True),
    ]
    assert letter_costs(claims, TODAY, rules()).net == eur("150.00")


def test_a_claim_as_large_as_an_instalment_is_not_mistaken_for_it() -> None:
    claims = [Claim(eur("200.00")), Claim(eur("200.00"), is_instalment=True)]
    assert letter_costs(claims, TODAY, rules()).net == eur("60.00")


def test_the_inferred_look_back_is_marked_as_assumed() -> None:
    look_back = rules().look_back_on(TODAY)
    assert look_back is not None
    assert look_back.assumed
    assert rules().look_back_on(date(2024, 9, 30)) is None


def test_before_the_decree_there_is_no_scale() -> None:
    with pytest.raises(CostsNotConfigured):
        rules().scale_on(date(2012, 6, 30))


@pytest.mark.parametrize("code", ["DE", "PL"])
def test_costs_of_other_countries_are_not_configured(code: str) -> None:
    assert jurisdiction(code).costs is None


@given(st.integers(1, 200_000_000), st.integers(0, 1_000_000))
def test_costs_never_fall_with_more_principal(minor: int, more: int) -> None:
    less = collection_costs(Money(minor, "EUR"), SCALE)
    assert collection_costs(Money(minor + more, "EUR"), SCALE).total >= less.total
    assert SCALE.minimum <= less.net <= SCALE.maximum


@given(st.lists(st.integers(1, 26_666), min_size=1, max_size=30))
def test_small_instalments_of_half_a_year_never_cost_more_than_the_ceiling(
    principals: list[int],
) -> None:
    earlier: list[CostsImposed] = []
    for minor in principals:
        claim = Claim(Money(minor, "EUR"), is_instalment=True)
        costs = letter_costs([claim], TODAY, rules(), earlier=earlier)
        earlier.append(CostsImposed(TODAY, costs.net))
    assert Money.total((costs.net for costs in earlier), "EUR") <= eur("140.00")


@given(st.lists(st.tuples(st.integers(1, 100_000), st.booleans()), min_size=1, max_size=8))
def test_the_order_of_claims_makes_no_difference(claims: list[tuple[int, bool]]) -> None:
    made = [Claim(Money(minor, "EUR"), is_instalment) for minor, is_instalment in claims]
    assert letter_costs(made, TODAY, rules()) == letter_costs(made[::-1], TODAY, rules())
