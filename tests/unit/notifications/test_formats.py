"""How amounts, days and numbers are written, per language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.rendering.formats import formats_for, grouped
from shared.money import Money


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("nl", Money(123456, "EUR"), "€ 1.234,56"),
        ("nl", Money(-4000, "EUR"), "€ -40,00"),
        ("nl", Money(0, "EUR"), "€ 0,00"),
        ("en", Money(123456, "EUR"), "€1,234.56"),
        ("de", Money(123456, "EUR"), "1.234,56 €"),
        ("pl", Money(123456, "PLN"), "1 234,56 zł"),
        ("en", Money(1234, "JPY"), "JP¥1,234"),
        ("nl", Money(1234567, "BHD"), "BHD 1.234,567"),
    ],
)
def test_money_is_written_as_the_language_does(language: str, amount: Money, written: str) -> None:
    assert formats_for(language).money(amount).replace("\xa0", " ") == written


def test_an_amount_does_not_break_over_two_lines() -> None:
    assert " " not in formats_for("nl").money(Money(123456, "EUR"))


@given(st.integers(-(10**14), 10**14))
def test_no_cent_is_lost_in_writing(minor: int) -> None:
    written = formats_for("nl").money(Money(minor, "EUR"))

    assert int("".join(mark for mark in written if mark.isdigit())) == abs(minor)
    assert ("-" in written) == (minor < 0)


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("nl", "3 november 2026", "03-11-2026"),
        ("en", "3 November 2026", "03/11/2026"),
        ("de", "3. November 2026", "03.11.2026"),
        ("pl", "3 listopada 2026", "03.11.2026"),
    ],
)
def test_a_day_is_written_with_the_month_in_words_or_in_columns(
    language: str, long: str, short: str
) -> None:
    formats = formats_for(language)

    assert formats.day(date(2026, 11, 3)) == long
    assert formats.short_day(date(2026, 11, 3)) == short


@pytest.mark.parametrize(
    ("fraction", "written"),
    [("0.09", "9%"), ("0.21", "21%"), ("0", "0%"), ("0.0425", "4,25%"), ("0.10", "10%")],
)
def test_a_rate_shows_the_decimals_it_has(fraction: str, written: str) -> None:
    assert formats_for("nl").percent(Decimal(fraction)) == written


@pytest.mark.parametrize(
    ("price", "written"),
    [("1.62", "1,62"), ("0.420", "0,42"), ("5.929167", "5,929167"), ("1234.5", "1.234,50")],
)
def test_a_tariff_may_be_finer_than_a_cent(price: str, written: str) -> None:
    assert formats_for("nl").unit_price(Decimal(price)) == written


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("5000056789012345", "5000 0567 8901 2345"),
        ("NL86INGB0002445588", "NL86 INGB 0002 4455 88"),
        ("RF18539007547034", "RF18 5390 0754 7034"),
        ("12234534622567", "1223 4534 6225 67"),
        ("2026-0004711", "2026-0004711"),
        ("KLANT 10023", "KLANT 10023"),
        ("1234567", "1234567"),
    ],
)
def test_numbers_to_copy_are_grouped_and_other_references_left_alone(
    plain: str, shown: str
) -> None:
    assert grouped(plain) == shown
    assert grouped(shown) == shown
