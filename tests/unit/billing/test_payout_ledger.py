"""A provider's payout empties the clearing account, its fee included."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.ledger import Leg, paid_out_legs, received_legs


def balance(legs: list[Leg], account: str) -> int:
    return sum(leg.amount for leg in legs if leg.account == account)


@given(st.lists(st.integers(1, 10**9), min_size=1), st.data())
def test_clearing_is_empty_once_all_is_paid_out(received: list[int], data: st.DataObject) -> None:
    """Whatever of it the provider kept, told with the payout or by itself afterwards."""
    fee = data.draw(st.integers(0, sum(received)))
    legs = [leg for amount in received for leg in received_legs(amount, by_provider=True)]
    net = sum(received) - fee
    paid = data.draw(st.sampled_from([[(net, fee)], [(net, 0), (0, fee)], [(0, fee), (net, 0)]]))
    legs += [leg for amount, kept in paid for leg in paid_out_legs(amount, kept)]
    assert balance(legs, "provider_clearing") == 0
    assert (balance(legs, "bank"), balance(legs, "provider_fees")) == (net, fee)
    assert sum(leg.amount for leg in legs) == 0


def test_nothing_moves_an_account_by_nothing() -> None:
    """A payout without a fee, and a fee without a payout, are two legs each."""
    assert paid_out_legs(900) == (Leg("bank", 900), Leg("provider_clearing", -900))
    assert paid_out_legs(0, 25) == (Leg("provider_fees", 25), Leg("provider_clearing", -25))
    # What a person accepted too soon is taken back.
    assert paid_out_legs(0, -25) == (Leg("provider_fees", -25), Leg("provider_clearing", 25))
