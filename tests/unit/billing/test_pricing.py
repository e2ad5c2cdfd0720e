"""What a period costs, to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.checks import Limits, Reading, Usage, findings_of, usage_between
from services.billing.domain.pricing import Component, NoTariff, TariffVersion, cut, price
from shared.money import Money


def component(kind: str, unit_price: str, vat: str = "0.09", cap: int | None = None) -> Component:
    return Component.model_validate(
        {
            "code": kind,
            "description": kind,
            "kind": kind,
            "unit_price": unit_price,
            "vat_rate": vat,
            "cap_m3_per_year": cap,
        }
    )


def tariff(*components: Component, valid_from: date = date(2020, 1, 1)) -> TariffVersion:
    return TariffVersion(valid_from, components)


def test_a_year_of_100_m3_at_a_dutch_water_company_in_2024() -> None:
    """162.00 for water, 71.15 standing, 42.00 tax on tap water: 275.15, VAT 24.76."""
    versions = [
        tariff(component("usage", "1.62"), component("standing", "71.15"), component("tax", "0.42"))
    ]
    lines = price(versions, date(2024, 1, 1), date(2024, 12, 31), 100_000, "EUR")
    assert [line.net.minor for line in lines] == [16_200, 7_115, 4_200]
    assert sum(line.vat.minor for line in lines) == 2_476


@pytest.mark.parametrize(
    ("first", "days", "used_litres", "taxed"),
    [
        # 200 of 365 days: the cap of 300 m3 shrinks to 164.38; 190 used.
        (date(2023, 3, 1), 200, 190_000, 6_904),
        # All of the usage lies below the cap.
        (date(2023, 1, 1), 365, 250_000, 10_500),
    ],
)
def test_the_tax_on_tap_water_stops_at_a_cap_that_scales_with_the_period(
    first: date, days: int, used_litres: int, taxed: int
) -> None:
    versions = [tariff(component("tax", "0.42", cap=300))]
    last = first + timedelta(days=days - 1)
    (line,) = price(versions, first, last, used_litres, "EUR")
    assert line.net == Money(taxed, "EUR")


def test_a_new_price_holds_from_its_first_day_on() -> None:
    versions = [
        tariff(component("standing", "365.00", vat="0")),
        tariff(component("standing", "730.00", vat="0"), valid_from=date(2026, 2, 1)),
    ]
    lines = price(versions, date(2026, 1, 1), date(2026, 2, 28), 0, "EUR")
    assert [line.net.minor for line in lines] == [3_100, 5_600]


def test_a_day_without_a_price_is_an_error_and_not_free() -> None:
    with pytest.raises(NoTariff):
        price([tariff(valid_from=date(2026, 1, 2))], date(2026, 1, 1), date(2026, 1, 31), 0, "EUR")


dates = st.dates(min_value=date(2023, 1, 1), max_value=date(2028, 12, 31))


@given(dates, st.integers(0, 900), st.lists(dates, max_size=4))
def test_a_period_is_cut_without_gap_or_overlap(
    first: date, length: int, changes: list[date]
) -> None:
    last = first + timedelta(days=length)
    versions = [tariff(valid_from=date(2000, 1, 1)), *(tariff(valid_from=day) for day in changes)]
    segments = cut(versions, first, last)
    assert (segments[0].first, segments[-1].last) == (first, last)
    assert all(b.first - a.last == timedelta(days=1) for a, b in pairwise(segments))
    assert all(segment.first.year == segment.last.year for segment in segments)


@given(st.integers(0, 10**7), dates, st.integers(0, 500))
def test_vat_is_rounded_once_over_all_lines_of_a_rate(
    litres: int, first: date, length: int
) -> None:
    versions = [tariff(component("usage", "1.234567"), component("standing", "61.11"))]
    lines = price(versions, first, first + timedelta(days=length), litres, "EUR")
    net = sum(line.net.minor for line in lines)
    vat = sum(line.vat.minor for line in lines)
    assert abs(vat - Decimal(net) * Decimal("0.09")) <= Decimal("0.5")


def test_usage_runs_from_the_reading_nearest_the_beginning_to_the_one_nearest_the_end() -> None:
    readings = [
        Reading(date(2025, 12, 29), 90_000),
        Reading(date(2026, 1, 2), 100_000),
        Reading(date(2026, 3, 31), 130_500),
    ]
    assert usage_between(readings, date(2026, 1, 1), date(2026, 3, 31)) == Usage(30_500)


@pytest.mark.parametrize(
    ("readings", "check"),
    [
        ([], "no_reading"),
        ([Reading(date(2026, 1, 1), 5)], "no_reading"),
        ([Reading(date(2026, 1, 1), 5), Reading(date(2026, 3, 31), 4)], "usage_negative"),
    ],
)
def test_readings_that_cannot_be_right_are_found(readings: list[Reading], check: str) -> None:
    usage = usage_between(readings, date(2026, 1, 1), date(2026, 3, 31))
    assert usage.findings[0][0] == check


def test_a_bill_out_of_the_ordinary_is_looked_at_first() -> None:
    limits = Limits(usage_m3_max=250, total_max_minor=100_000)
    found = findings_of(Usage(250_001), Money(100_001, "EUR"), limits)
    assert [check for check, _ in found] == ["usage_high", "total_high"]
    assert findings_of(Usage(250_000), Money(100_000, "EUR"), limits) == ()
    assert [check for check, _ in findings_of(Usage(0), Money(0, "EUR"), limits)] == ["total_zero"]
