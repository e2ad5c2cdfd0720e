"""Interest over what was really booked: a charge takes its place before the payments after it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain import open_item
from services.collections.domain.jurisdiction import jurisdiction
from services.collections.domain.running_interest import (
    Booking,
    ClaimAccount,
    interest_on_payments,
    interest_to_impose,
    settlements_of,
)
from shared.money import Money
from tests.unit.collections.builders import eur, id_of

TERMS = jurisdiction("NL").consumer_interest
DUE = date(2026, 8, 31)
NOTHING = eur("0.00")


def account(*bookings: Booking, principal: str = "142.60", is_open: bool = True) -> ClaimAccount:
    return ClaimAccount(id_of("F1"), DUE, eur(principal), bookings, is_open=is_open)


def test_water_of_142_60_paid_late_leaves_83_38_to_the_cent() -> None:
    # The letter of 18 September was free until 6 October; 100.00 came in on 20 October.
    costs = Booking("costs", 4000, date(2026, 10, 7))
    first = interest_to_impose(account(costs), TERMS, date(2026, 10, 7))
    imposed = Booking("interest", first.minor, date(2026, 10, 7))
    paid = Booking("payment", 10000, date(2026, 10, 20))
    ((day, second),) = interest_on_payments(
        account(costs, imposed, paid), TERMS, alone_at_least=NOTHING
    )
    assert day == date(2026, 10, 20)
    assert first + second == eur("0.78")
    last = Booking("interest", second.minor, day)
    (settled,) = settlements_of(account(costs, imposed, last, paid))
    assert (settled.principal, settled.interest) == (eur("59.22"), eur("0.78"))
    assert account().principal - settled.principal == eur("83.38")


def test_a_payment_within_the_free_term_goes_to_principal_and_lowers_the_base() -> None:
    paid = Booking("payment", 10000, date(2026, 9, 30))
    (settled,) = settlements_of(account(Booking("costs", 4000, date(2026, 10, 7)), paid))
    assert (settled.principal, settled.interest) == (eur("100.00"), NOTHING)
    # 30 days over 142.60 and 7 over 42.60, at 4%: 0.47 and 0.03.
    assert interest_to_impose(account(paid), TERMS, date(2026, 10, 7)) == eur("0.50")


def test_what_was_imposed_is_not_imposed_again() -> None:
    imposed = Booking("interest", 58, date(2026, 10, 7))
    assert interest_to_impose(account(imposed), TERMS, date(2026, 10, 7)) == NOTHING
    paid = Booking("payment", 5000, date(2026, 10, 7))
    assert interest_on_payments(account(imposed, paid), TERMS, alone_at_least=NOTHING) == ()


def test_more_imposed_than_ran_is_no_negative_charge() -> None:
    imposed = Booking("interest", 58, date(2026, 10, 7))
    early = Booking("payment", 14260, date(2026, 9, 1))
    assert interest_to_impose(account(imposed, early), TERMS, date(2026, 12, 1)) == NOTHING


def test_two_late_payments_bring_their_own_interest_each() -> None:
    imposed = Booking("interest", 58, date(2026, 10, 7))
    first = Booking("payment", 4058, date(2026, 10, 20))
    second = Booking("payment", 2000, date(2026, 11, 20))
    costs = Booking("costs", 4000, date(2026, 10, 7))
    found = interest_on_payments(
        account(costs, imposed, second, first), TERMS, alone_at_least=NOTHING
    )
    # 50 days over 142.60, then 31 days over what the first payment left of the principal.
    assert found == ((date(2026, 10, 20), eur("0.20")), (date(2026, 11, 20), eur("0.48")))


def test_cents_on_a_claim_that_is_otherwise_paid_are_let_go() -> None:
    imposed = Booking("interest", 58, date(2026, 10, 7))
    paid = Booking("payment", 14318, date(2026, 10, 20))
    settled = account(imposed, paid, is_open=False)
    assert interest_on_payments(settled, TERMS, alone_at_least=eur("5.00")) == ()
    assert interest_on_payments(settled, TERMS, alone_at_least=eur("0.20")) != ()


AMOUNTS = st.integers(min_value=1, max_value=20_000)
DAYS = st.integers(min_value=-30, max_value=400).map(lambda n: DUE + timedelta(days=n))
BOOKINGS = st.lists(
    st.builds(Booking, st.sampled_from(["costs", "interest", "payment"]), AMOUNTS, DAYS),
    max_size=8,
)


@given(BOOKINGS, st.integers(min_value=1, max_value=50_000))
def test_principal_is_left_as_billing_leaves_it(bookings: list[Booking], principal: int) -> None:
    claim = ClaimAccount(id_of("F1"), DUE, Money(principal, "EUR"), tuple(bookings))
    paid = sum(settlement.principal.minor for settlement in settlements_of(claim))
    movements = [
        open_item.Movement(id_of(str(n)), booking.kind, booking.amount, booking.effective_on)
        for n, booking in enumerate(bookings)
    ]
    assert principal - paid == open_item.balance(principal, movements).principal


@given(BOOKINGS, DAYS)
def test_imposing_what_is_missing_leaves_nothing_to_impose(
    bookings: list[Booking], day: date
) -> None:
    claim = account(*bookings, principal="500.00")
    missing = interest_to_impose(claim, TERMS, day)
    imposed = Booking("interest", missing.minor, day)
    again = account(*bookings, imposed, principal="500.00")
    # A payment on that day may now go to interest first, which leaves more principal to bear it
    # later, but for the days up to `day` nothing is missing any more.
    assert interest_to_impose(again, TERMS, day) == NOTHING
