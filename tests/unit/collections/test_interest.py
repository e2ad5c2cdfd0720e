"""Statutory interest: the worked examples, the cuts, and what always holds."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collections.domain.interest import (
    DayCount,
    InterestTerms,
    RateUnknown,
    Settlement,
    accrue,
    first_day_of_default,
)
from services.collections.domain.jurisdiction import jurisdiction
from shared.money import Money

NL, DE, PL = jurisdiction("NL"), jurisdiction("DE"), jurisdiction("PL")

# (terms, currency, principal, first day, last day, [(days, percent, amount)], total)
EXAMPLES = [
    pytest.param(
        NL.consumer_interest, "EUR", "120.00", date(2026, 2, 1), date(2026, 6, 30),
        [(150, "4", "1.97")], "1.97",
        id="nl-consumer-half-a-year",
    ),
    pytest.param(
        NL.consumer_interest, "EUR", "1000.00", date(2023, 3, 15), date(2025, 3, 31),
        [(108, "4", "11.84"), (184, "6", "30.25"), (74, "7", "14.19"), (292, "7", "59.15"),
         (73, "6", "12.68"), (17, "6", "3.15")], "131.26",
        id="nl-consumer-two-anniversaries",
    ),
    pytest.param(
        NL.commercial_interest, "EUR", "4800.00", date(2024, 5, 31), date(2026, 1, 15),
        [(31, "12.5", "50.96"), (184, "12.25", "296.42"), (150, "11.15", "219.95"),
         (31, "11.15", "50.83"), (184, "10.15", "274.63"), (15, "10.15", "22.39")], "915.18",
        id="nl-commercial-one-anniversary",
    ),
    pytest.param(
        DE.consumer_interest, "EUR", "600.00", date(2025, 4, 1), date(2025, 12, 31),
        [(91, "7.27", "10.88"), (184, "6.27", "18.96")], "29.84",
        id="de-consumer",
    ),
    pytest.param(
        DE.commercial_interest, "EUR", "5000.00", date(2024, 11, 16), date(2025, 8, 31),
        [(46, "12.37", "77.95"), (181, "11.27", "279.43"), (62, "10.27", "87.22")], "444.60",
        id="de-business",
    ),
    pytest.param(
        DE.consumer_interest, "EUR", "1200.00", date(2022, 10, 1), date(2023, 9, 30),
        [(92, "4.12", "12.46"), (181, "6.62", "39.39"), (92, "8.12", "24.56")], "76.41",
        id="de-consumer-negative-base-rate",
    ),
    pytest.param(
        PL.consumer_interest, "PLN", "850.00", date(2025, 9, 16), date(2026, 3, 31),
        [(23, "10.25", "5.49"), (28, "10", "6.52"), (28, "9.75", "6.36"), (91, "9.5", "20.13"),
         (27, "9.25", "5.82")], "44.32",
        id="pl-consumer-six-rates",
    ),
    pytest.param(
        PL.consumer_interest, "PLN", "2000.00", date(2023, 8, 1), date(2023, 12, 31),
        [(37, "12.25", "24.84"), (28, "11.5", "17.64"), (88, "11.25", "54.25")], "96.73",
        id="pl-consumer-2023",
    ),
    pytest.param(
        PL.commercial_interest, "PLN", "12000.00", date(2025, 5, 16), date(2025, 10, 31),
        [(46, "15.75", "238.19"), (123, "15.25", "616.68")], "854.87",
        id="pl-business",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "currency", "principal", "first_day", "last_day", "pieces", "total"), EXAMPLES
)
def test_a_worked_example_comes_out_piece_by_piece(
    terms: InterestTerms,
    currency: str,
    principal: str,
    first_day: date,
    last_day: date,
    pieces: list[tuple[int, str, str]],
    total: str,
) -> None:
    found = accrue(Money.parse(principal, currency), first_day, last_day, terms)
    assert [(p.days, p.percent, p.amount) for p in found.pieces] == [
        (days, Decimal(percent), Money.parse(amount, currency)) for days, percent, amount in pieces
    ]
    assert found.total == Money.parse(total, currency)


def test_interest_of_a_full_year_joins_the_base() -> None:
    found = accrue(eur("1000.00"), date(2023, 3, 15), date(2025, 3, 31), NL.consumer_interest)
    assert [p.base for p in found.pieces] == [
        eur("1000.00"), eur("1000.00"), eur("1000.00"),
        eur("1056.28"), eur("1056.28"), eur("1128.11"),
    ]  # fmt: skip


def test_germany_forbids_interest_on_interest() -> None:
    found = accrue(eur("1000.00"), date(2022, 1, 1), date(2025, 12, 31), DE.consumer_interest)
    assert {piece.base for piece in found.pieces} == {eur("1000.00")}


def test_the_day_of_payment_still_bears_interest_and_the_next_day_less() -> None:
    paid = Settlement(date(2026, 10, 20), eur("59.22"), eur("0.78"))
    first_day = first_day_of_default(date(2026, 8, 31))
    found = accrue(eur("142.60"), first_day, date(2026, 12, 31), NL.consumer_interest, [paid])
    assert [(p.first_day, p.last_day, p.days, p.base) for p in found.pieces] == [
        (date(2026, 9, 1), date(2026, 10, 20), 50, eur("142.60")),
        (date(2026, 10, 21), date(2026, 12, 31), 72, eur("83.38")),
    ]
    assert found.pieces[0].amount == eur("0.78")
    assert found.unpaid == found.pieces[1].amount


def test_interest_survives_the_payment_of_the_principal_and_stops_running() -> None:
    paid = Settlement(date(2026, 3, 31), eur("120.00"), eur("0.00"))
    found = accrue(eur("120.00"), date(2026, 2, 1), date(2028, 6, 30), NL.consumer_interest, [paid])
    assert found.pieces[-1].last_day == date(2026, 3, 31)
    assert found.unpaid == found.total == eur("0.78")


def test_interest_paid_within_the_year_does_not_join_the_base() -> None:
    year = (date(2023, 3, 15), date(2024, 3, 14))
    owed = accrue(eur("1000.00"), *year, NL.consumer_interest).total
    paid = Settlement(date(2024, 3, 14), eur("0.00"), owed)
    found = accrue(
        eur("1000.00"), date(2023, 3, 15), date(2024, 3, 31), NL.consumer_interest, [paid]
    )
    assert found.pieces[-1].base == eur("1000.00")
    assert found.unpaid == found.pieces[-1].amount


def test_interest_paid_too_early_never_lowers_the_base_below_the_principal() -> None:
    paid = Settlement(date(2023, 6, 1), eur("0.00"), eur("500.00"))
    found = accrue(
        eur("1000.00"), date(2023, 3, 15), date(2024, 3, 31), NL.consumer_interest, [paid]
    )
    assert found.pieces[-1].base == eur("1000.00")
    assert found.unpaid == found.total - eur("500.00")


def test_a_payment_on_the_day_a_rate_begins_still_bears_that_rate_for_the_day() -> None:
    paid = Settlement(date(2024, 1, 1), eur("400.00"), eur("0.00"))
    found = accrue(
        eur("1000.00"), date(2023, 12, 1), date(2024, 1, 31), NL.consumer_interest, [paid]
    )
    assert [(p.days, p.percent, p.base) for p in found.pieces] == [
        (31, Decimal(6), eur("1000.00")),
        (1, Decimal(7), eur("1000.00")),
        (30, Decimal(7), eur("600.00")),
    ]


def test_a_payment_before_default_lowers_the_base_from_the_start() -> None:
    paid = Settlement(date(2026, 1, 20), eur("100.00"), eur("0.00"))
    found = accrue(eur("120.00"), date(2026, 2, 1), date(2026, 6, 30), NL.consumer_interest, [paid])
    assert [p.base for p in found.pieces] == [eur("20.00")]


def test_a_payment_that_was_undone_bears_interest_again() -> None:
    booked = [
        Settlement(date(2026, 2, 28), eur("120.00"), eur("0.00")),
        Settlement(date(2026, 4, 30), eur("-120.00"), eur("0.00")),
    ]
    found = accrue(eur("120.00"), date(2026, 2, 1), date(2026, 6, 30), NL.consumer_interest, booked)
    assert [(p.first_day, p.last_day) for p in found.pieces] == [
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 5, 1), date(2026, 6, 30)),
    ]


def test_a_year_that_begins_on_29_february_ends_on_28_february() -> None:
    found = accrue(eur("1000.00"), date(2024, 2, 29), date(2025, 3, 31), NL.consumer_interest)
    assert found.pieces[-1].first_day == date(2025, 3, 1)
    assert found.pieces[-1].base > eur("1000.00")


def test_no_day_gives_no_interest() -> None:
    found = accrue(eur("120.00"), date(2026, 2, 2), date(2026, 2, 1), NL.consumer_interest)
    assert found.pieces == ()
    assert found.total == eur("0.00")


def test_a_day_before_the_first_rate_is_refused() -> None:
    with pytest.raises(RateUnknown, match="2011-07-01"):
        accrue(eur("120.00"), date(2010, 1, 1), date(2012, 1, 1), NL.consumer_interest)


def test_a_leap_year_counts_366_days_where_that_is_set() -> None:
    terms = replace(NL.consumer_interest, day_count=DayCount.LEAP_366)
    year = (date(2024, 1, 1), date(2024, 12, 31))
    assert accrue(eur("1000.00"), *year, terms).total == eur("70.00")
    assert accrue(eur("1000.00"), *year, NL.consumer_interest).total == eur("70.19")


def test_a_result_says_when_it_leans_on_a_rate_that_is_not_settled() -> None:
    settled = accrue(eur("120.00"), date(2024, 1, 1), date(2024, 6, 30), NL.consumer_interest)
    assumed = accrue(eur("120.00"), date(2026, 9, 1), date(2026, 9, 30), NL.consumer_interest)
    assert not settled.assumed
    assert assumed.assumed
    assert NL.consumer_interest.rate_on(date(2026, 9, 1)).note


@pytest.mark.parametrize("law", [NL, DE, PL], ids=lambda law: law.code)
def test_each_rate_table_ends_in_an_assumed_entry_for_what_is_not_known(law: object) -> None:
    for terms in (law.consumer_interest, law.commercial_interest):  # type: ignore[attr-defined]
        assert terms.rates[-1].assumed
        assert terms.rates[-1].note
        assert all(a.valid_from < b.valid_from for a, b in pairwise(terms.rates))


DAYS = st.dates(date(2016, 1, 1), date(2026, 12, 31))
PRINCIPALS = st.integers(1, 5_000_000)


@given(PRINCIPALS, DAYS, st.integers(0, 1500), st.integers(0, 200))
def test_interest_never_falls_with_more_days(
    minor: int, first_day: date, days: int, more: int
) -> None:
    last_day = first_day + timedelta(days=days)
    for terms in (NL.consumer_interest, DE.consumer_interest):
        shorter = accrue(Money(minor, "EUR"), first_day, last_day, terms).total
        longer = accrue(
            Money(minor, "EUR"), first_day, last_day + timedelta(days=more), terms
        ).total
        assert longer >= shorter


@given(PRINCIPALS, DAYS, st.integers(0, 1500), st.lists(st.tuples(DAYS, st.integers(1, 90_000))))
def test_pieces_follow_each_other_and_sum_to_the_total(
    minor: int, first_day: date, days: int, payments: list[tuple[date, int]]
) -> None:
    booked = [Settlement(on, Money(part, "EUR"), eur("0.00")) for on, part in payments]
    last_day = first_day + timedelta(days=days)
    found = accrue(Money(minor, "EUR"), first_day, last_day, NL.consumer_interest, booked)
    assert Money.total((p.amount for p in found.pieces), "EUR") == found.total
    assert all(p.days == (p.last_day - p.first_day).days + 1 > 0 for p in found.pieces)
    assert all(a.last_day < b.first_day for a, b in pairwise(found.pieces))


@given(PRINCIPALS, DAYS, st.lists(st.tuples(DAYS, st.integers(1, 90_000)), max_size=5))
def test_the_order_of_payments_makes_no_difference(
    minor: int, first_day: date, payments: list[tuple[date, int]]
) -> None:
    booked = [Settlement(on, Money(part, "EUR"), eur("0.00")) for on, part in payments]
    last_day = first_day + timedelta(days=700)
    terms = NL.consumer_interest
    principal = Money(minor, "EUR")
    assert accrue(principal, first_day, last_day, terms, booked) == accrue(
        principal, first_day, last_day, terms, booked[::-1]
    )


@given(PRINCIPALS, st.integers(0, 1_000_000), DAYS, st.integers(0, 800))
def test_interest_never_falls_with_more_principal(
    minor: int, more: int, first_day: date, days: int
) -> None:
    last_day = first_day + timedelta(days=days)
    for terms in (NL.commercial_interest, PL.consumer_interest):
        less = accrue(Money(minor, "EUR"), first_day, last_day, terms).total
        assert accrue(Money(minor + more, "EUR"), first_day, last_day, terms).total >= less


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")
