"""A payout of the provider: it adds up to the cent, or the reason why not is known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.payouts import (
    Agreed,
    Booked,
    Differs,
    PayoutPart,
    PayoutSeen,
    Settlement,
    explain,
)
from services.payments.providers.mollie_settlements import MolliePayouts
from services.payments.providers.provider import ProviderAway
from shared.money import Money


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def ours(minor: int, *, taken: int = 0, reinstated: int = 0) -> Booked:
    return Booked(UUID(int=minor), eur(minor), eur(taken), eur(reinstated))


def seen(reference: str, minor: int = 3_975) -> PayoutSeen:
    return PayoutSeen(reference, eur(minor), date(2026, 4, 1))


def settlement(amount: int, parts: list[PayoutPart], costs: str = "0") -> Settlement:
    return Settlement(id="stl_1", amount=eur(amount), parts=parts, costs=Decimal(costs))


PAYMENTS = st.lists(
    st.tuples(st.integers(1, 10**7), st.integers(0, 10**7), st.booleans()), min_size=1
)


@given(
    PAYMENTS,
    st.integers(0, 10**6),
    st.integers(-500, 500),
    st.decimals("-0.0099", "0.0099", places=4),
)
def test_right_books_agree_and_the_fee_is_what_is_missing(
    payments: list[tuple[int, int, bool]], fee: int, carried: int, fraction: Decimal
) -> None:
    """Whatever part was taken back or came again, and however fractions of costs are rounded."""
    parts, booked = [PayoutPart(None, eur(carried), "carried")], {}
    for n, (minor, back, again) in enumerate(payments):
        taken = min(minor, back)
        parts.append(PayoutPart(str(n), eur(minor)))
        parts += [
            PayoutPart(str(n), eur(-part), "taken") for part in (taken // 2, taken - taken // 2)
        ]
        parts += [PayoutPart(str(n), eur(taken), "reinstated")] if again else []
        booked[str(n)] = ours(minor, taken=taken, reinstated=taken if again else 0)
    net = sum(part.amount.minor for part in parts) - fee
    told = settlement(net, parts, str(eur(fee).to_decimal() + fraction))
    assert explain(told, eur(net), booked) == Agreed(eur(fee))


PARTS = [
    PayoutPart("tr_1", eur(5_000)),
    PayoutPart("tr_2", eur(3_000)),
    PayoutPart("tr_2", eur(-2_000), "taken"),
    PayoutPart("tr_2", eur(-1_000), "taken"),
]
BOOKED = {"tr_1": ours(5_000), "tr_2": ours(3_000, taken=3_000)}
UNCLEAR = PayoutPart("tr_1", eur(1), None)
DOLLARS = PayoutPart("tr_1", Money(5_000, "USD"))
IN_DOLLARS = Booked(UUID(int=1), *(Money(minor, "USD") for minor in (5_000, 0, 0)))
AGAIN = PayoutPart("tr_2", eur(1), "reinstated")


@pytest.mark.parametrize(
    ("at_bank", "amount", "costs", "more", "booked", "reason"),
    [
        (4_970, 4_971, "0.29", [], BOOKED, "payout_differs"),
        (4_971, 4_971, "0.29", [], {"tr_1": BOOKED["tr_1"]}, "part_unknown"),
        (4_971, 4_971, "0.29", [], BOOKED | {"tr_1": ours(4_999)}, "part_differs"),
        (4_971, 4_971, "0.29", [], BOOKED | {"tr_2": ours(3_000)}, "not_taken_back"),
        (4_971, 4_971, "0.29", [], BOOKED | {"tr_2": ours(3_000, taken=2_999)}, "not_taken_back"),
        (4_971, 4_971, "0.30", [AGAIN], BOOKED, "not_reinstated"),
        (4_971, 4_971, "0.30", [UNCLEAR], BOOKED, "part_unclear"),
        (4_971, 4_971, "0.29", [DOLLARS], BOOKED, "part_differs"),
        (4_971, 4_971, "0.30", [], BOOKED, "costs_differ"),
        (5_001, 5_001, "-0.01", [], BOOKED, "costs_differ"),
    ],
)
def test_what_does_not_add_up_says_why_and_shows_both_amounts(
    at_bank: int,
    amount: int,
    costs: str,
    more: list[PayoutPart],
    booked: dict[str, Booked],
    reason: str,
) -> None:
    """A cent too few at the bank, a payment unknown or not taken back, a cost too high."""
    found = explain(settlement(amount, [*PARTS, *more], costs), eur(at_bank), booked)
    assert isinstance(found, Differs)
    assert found.reason == reason
    assert {difference.reason for difference in found.differences} == {reason}
    # Costs below nothing are told and found alike; everything else differs visibly.
    assert costs.startswith("-") or all(one.told != one.booked for one in found.differences)


@pytest.mark.parametrize(
    ("at_bank", "amount", "costs", "more", "booked", "missing"),
    [
        (4_970, 4_971, "0.29", [], BOOKED, 1),
        (4_973, 4_971, "0.29", [], BOOKED, -2),
        (4_971, 4_971, "0.29", [], {"tr_1": BOOKED["tr_1"]}, 0),
        (4_971, 4_971, "0.29", [], BOOKED | {"tr_1": ours(4_999)}, -1),
        (4_971, 4_971, "0.29", [], BOOKED | {"tr_2": ours(3_000, taken=2_000)}, 1_000),
        (4_970, 4_971, "0.29", [], BOOKED | {"tr_2": ours(3_000)}, 3_001),
        (4_971, 4_971, "0.30", [AGAIN], BOOKED, -1),
        (4_971, 4_971, "0.30", [UNCLEAR], BOOKED, -1),
        (4_971, 4_971, "0.30", [], BOOKED, -1),
        (4_971, 4_971, "0.29", [DOLLARS], BOOKED, None),
        (4_971, 4_971, "0.29", [], BOOKED | {"tr_1": IN_DOLLARS}, None),
    ],
)
def test_what_is_missing_is_our_books_less_the_bank_and_the_fee(
    at_bank: int,
    amount: int,
    costs: str,
    more: list[PayoutPart],
    booked: dict[str, Booked],
    missing: int | None,
) -> None:
    """So that whoever accepts it leaves nothing of the payout in transit."""
    found = explain(settlement(amount, [*PARTS, *more], costs), eur(at_bank), booked)
    assert isinstance(found, Differs)
    assert found.missing == (None if missing is None else eur(missing))


def answering(documents: dict[str, Any]) -> MolliePayouts:
    def answer(request: httpx.Request) -> httpx.Response:
        found = documents.get(request.url.raw_path.decode())
        return httpx.Response(404 if found is None else 200, json=found)

    return MolliePayouts("https://provider.example", "key", transport=httpx.MockTransport(answer))


def listed(noun: str, *rows: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    return {"_embedded": {noun: rows}, "_links": {"next": following and {"href": following}}}


async def test_mollies_own_settlement_is_read_whole(shared_data: Path) -> None:
    """Its document as published: costs in four decimals, and lists in pages of another host."""
    path = next((shared_data / "webhook-mollie").rglob("settlement.json"))
    document = json.loads(path.read_text()) | {"id": "stl_1"}
    row = {"id": "tr_1", "amount": {"value": "86.10", "currency": "EUR"}}
    back = {"paymentId": "tr_1", "amount": {"value": "43.20", "currency": "EUR"}}
    lists = "/v2/settlements/stl_1"
    documents = {
        "/v2/settlements/1234567.2404.03": document,
        f"{lists}/payments?limit=250": listed(
            "payments", following=f"https://elsewhere.example{lists}/payments?from=tr_1"
        ),
        f"{lists}/payments?from=tr_1": listed("payments", row),
        f"{lists}/refunds?limit=250": listed("refunds", back),
    }
    mollie = answering(documents)
    read = await mollie.settlement(seen("1234567.2404.03"))
    assert await mollie.settlement(seen("7654321.2404.03")) is None
    assert read is not None
    assert read.parts == [
        PayoutPart("tr_1", eur(8_610)),
        PayoutPart("tr_1", eur(-4_320), "taken"),
    ]
    booked = {"tr_1": ours(8_610, taken=4_320)}
    assert (read.costs, explain(read, eur(3_975), booked)) == (Decimal("3.1460"), Agreed(eur(315)))


@pytest.mark.parametrize("document", [{}, {"id": "s"}, {"id": "s", "amount": {"value": "x"}}])
async def test_a_settlement_that_is_not_understood_is_asked_for_again(
    document: dict[str, Any],
) -> None:
    """Nothing is booked on half a document."""
    with pytest.raises(ProviderAway):
        await answering({"/v2/settlements/1": document}).settlement(seen("1"))


def test_a_payment_is_in_one_payout_and_its_fee_is_booked_once() -> None:
    """A payout by hand and an automatic one may both be told to hold it; what came again after a
    chargeback may be told as the payment once more."""
    told = settlement(4_971, [PayoutPart("tr_1", eur(5_000))], "0.29")
    twice = replace(ours(5_000), paid_out_minor=5_000)
    found = explain(told, eur(4_971), {"tr_1": twice})
    assert isinstance(found, Differs)
    assert found.reason == "paid_out_before"
    won = replace(ours(5_000, taken=5_000, reinstated=5_000), paid_out_minor=5_000)
    assert isinstance(explain(told, eur(4_971), {"tr_1": won}), Agreed)
