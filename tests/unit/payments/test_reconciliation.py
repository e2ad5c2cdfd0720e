from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.reconciliation import (
    AccountFigures,
    ProviderFigures,
    check_account,
    check_provider,
    check_whole,
)
from shared.money import Money

CENTS = st.integers(0, 10**9)


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


@st.composite
def _books(draw: st.DrawFn) -> tuple[AccountFigures, ProviderFigures]:
    """Figures of books that are right, built from what happened."""
    allocated, unallocated, returned, waiting = (draw(CENTS) for _ in range(4))
    other, payouts, opening = draw(st.integers(-(10**6), 10**6)), draw(CENTS), draw(CENTS)
    fees = draw(CENTS)
    at_provider = [draw(CENTS) for _ in range(4)]
    refunded, remitted = draw(CENTS), draw(CENTS)
    payments = allocated + unallocated + refunded + returned
    transfers = -refunded - remitted
    entries = payments - returned - waiting + payouts + transfers + other
    account = AccountFigures(
        number_ending="4300",
        opening=eur(opening),
        closing=eur(opening + entries),
        entries=eur(entries),
        ahead=eur(0),
        payment_lines=eur(payments),
        return_lines=eur(-returned - waiting),
        payout_lines=eur(payouts),
        transfer_lines=eur(transfers),
        other_lines=eur(other),
        allocated=eur(allocated),
        unallocated=eur(unallocated),
        refunded=eur(refunded),
        reversed=eur(returned),
        returns_waiting=eur(-waiting),
    )
    provider = ProviderFigures(
        received=eur(sum(at_provider)),
        allocated=eur(at_provider[0]),
        unallocated=eur(at_provider[1]),
        reversed=eur(at_provider[2]),
        refunded=eur(at_provider[3]),
        paid_out=eur(payouts),
        fees=eur(fees),
    )
    return account, provider


@given(_books())
def test_right_books_agree_in_every_equation(books: tuple[AccountFigures, ProviderFigures]) -> None:
    account, provider = books
    checks = [*check_account(account), *check_provider(provider), check_whole([account], provider)]
    assert [check.name for check in checks if check.difference] == []


@given(
    _books(),
    st.sampled_from(
        ["closing", "entries", "payment_lines", "return_lines", "other_lines", "allocated"]
    ),
)
def test_a_cent_out_of_place_is_found(
    books: tuple[AccountFigures, ProviderFigures], field: str
) -> None:
    account, provider = books
    wrong = replace(account, **{field: getattr(account, field) + eur(1)})
    checks = [*check_account(wrong), check_whole([wrong], provider)]
    assert any(check.difference for check in checks)


def test_without_balances_the_bank_gave_none_is_checked() -> None:
    nothing = eur(0)
    account = AccountFigures(
        number_ending="4300",
        opening=None,
        closing=None,
        **dict.fromkeys(
            (
                "entries",
                "ahead",
                "payment_lines",
                "return_lines",
                "payout_lines",
                "transfer_lines",
                "other_lines",
                "allocated",
                "unallocated",
                "refunded",
                "reversed",
                "returns_waiting",
            ),
            nothing,
        ),
    )
    assert "opening and entries make closing" not in [c.name for c in check_account(account)]
