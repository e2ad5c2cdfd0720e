from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.errors import InvalidInput
from shared.money import CurrencyMismatch, Money, floor, half_up

cents = st.integers(min_value=-(10**15), max_value=10**15)


@given(cents, st.integers(min_value=1, max_value=400))
def test_a_split_loses_nothing_and_its_parts_differ_by_one_cent_at_most(
    minor: int, parts: int
) -> None:
    split = Money(minor, "EUR").split(parts)
    assert sum(part.minor for part in split) == minor
    assert max(split).minor - min(split).minor <= 1


@given(cents, st.lists(st.integers(min_value=0, max_value=10**6), min_size=1).filter(any))
def test_shares_sum_to_the_whole_and_are_off_by_less_than_a_cent(
    minor: int, weights: list[int]
) -> None:
    shares = Money(minor, "EUR").share(weights)
    assert sum(share.minor for share in shares) == minor
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.minor - Fraction(minor * weight, sum(weights))) < 1


@given(cents, cents)
def test_addition_and_subtraction_undo_each_other(left: int, right: int) -> None:
    a, b = Money(left, "EUR"), Money(right, "EUR")
    assert a + b - b == a


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD", "PLN"]))
def test_a_decimal_and_back_is_the_same_amount(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    assert Money.from_decimal(amount.to_decimal(), currency) == amount
    assert Money.parse(f"{amount.to_decimal():f}", currency) == amount


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        (100, Decimal("0.005"), 1),
        (100, Decimal("0.004"), 0),
        (-100, Decimal("0.005"), -1),
        (14260, Fraction(4 * 50, 36500), 78),
        (27515, Decimal("0.09"), 2476),
    ],
)
def test_half_up_rounds_halves_away_from_zero(amount: int, rate: Decimal, expected: int) -> None:
    assert Money(amount, "EUR").times(rate, half_up) == Money(expected, "EUR")


def test_each_division_names_its_rounding() -> None:
    assert Money(199, "EUR").times(Fraction(1, 2), floor) == Money(99, "EUR")
    assert Money(199, "EUR").times(Fraction(1, 2), half_up) == Money(100, "EUR")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "PLN")
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "EUR") < Money(1, "PLN")
    assert Money(1, "EUR") != Money(1, "PLN")


@pytest.mark.parametrize("wrong", [1.5, True, "12", Decimal(1)])
def test_minor_units_are_whole_numbers(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong, "EUR")  # type: ignore[arg-type]


def test_a_float_is_no_rate() -> None:
    with pytest.raises(TypeError):
        Money(100, "EUR").times(0.1, half_up)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["12,50", "12..34", "", "1e3", "NaN", " 1", "١٢", "1.234", "--1"])
def test_text_that_is_not_a_plain_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Money.parse(text, "EUR")


@pytest.mark.parametrize("currency", ["EURO", "eur", "XXX", ""])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(InvalidInput):
        Money(1, currency)


def test_json_shows_minor_units_and_currency_and_nothing_else() -> None:
    adapter = TypeAdapter(Money)
    assert adapter.dump_json(Money(1250, "EUR")) == b'{"amount":1250,"currency":"EUR"}'
    assert adapter.validate_json('{"amount":1250,"currency":"EUR"}') == Money(1250, "EUR")
    for wrong in (
        '{"amount":12.5,"currency":"EUR"}',
        '{"amount":"1250","currency":"EUR"}',
        '{"amount":1250,"currency":"EURO"}',
        '{"amount":1250,"currency":"ZZZ"}',
        '{"amount":1250}',
        '{"amount":1,"currency":"EUR","x":1}',
        '{"amount":99999999999999999999,"currency":"EUR"}',
    ):
        with pytest.raises(ValidationError):
            adapter.validate_json(wrong)
