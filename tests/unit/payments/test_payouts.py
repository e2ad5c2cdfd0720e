"""A payout of the provider: it adds up to the cent, or the reason why not is known."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.payouts import (
    Agreed,
    Booked,
    Differs,
    PayoutPart,
    Settlement,
    explain,
)
from services.payments.providers.mollie import Mollie
from services.payments.providers.provider import ProviderAway
from shared.money import Money


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def settlement(amount: int, parts: list[PayoutPart], costs: str = "0") -> Settlement:
    return Settlement(id="stl_1", amount=eur(amount), parts=parts, costs=Decimal(costs))


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.booleans()), min_size=1),
    st.integers(0, 10**6),
    st.decimals("-0.0099", "0.0099", places=4),
)
def test_right_books_agree_and_the_fee_is_what_is_missing(
    payments: list[tuple[int, bool]], fee: int, fraction: Decimal
) -> None:
    """Whatever was taken back, and however the provider rounds the fractions of its costs."""
    parts = [PayoutPart(str(n), eur(minor)) for n, (minor, _) in enumerate(payments)]
    parts += [PayoutPart(str(n), eur(-minor)) for n, (minor, gone) in enumerate(payments) if gone]
    booked = {str(n): Booked(eur(minor), gone) for n, (minor, gone) in enumerate(payments)}
    net = sum(part.amount.minor for part in parts) - fee
    told = settlement(net, parts, str(eur(fee).to_decimal() + fraction))
    assert explain(told, eur(net), booked) == Agreed(eur(fee))


PARTS = [
    PayoutPart("tr_1", eur(5_000)),
    PayoutPart("tr_2", eur(3_000)),
    PayoutPart("tr_2", eur(-3_000)),
]
BOOKED = {"tr_1": Booked(eur(5_000), reversed=False), "tr_2": Booked(eur(3_000), reversed=True)}


@pytest.mark.parametrize(
    ("at_bank", "amount", "costs", "booked", "reason"),
    [
        (4_970, 4_971, "0.29", BOOKED, "payout_differs"),
        (4_971, 4_971, "0.29", {"tr_1": BOOKED["tr_1"]}, "part_unknown"),
        (4_971, 4_971, "0.29", BOOKED | {"tr_1": Booked(eur(4_999), False)}, "part_differs"),
        (4_971, 4_971, "0.29", BOOKED | {"tr_2": Booked(eur(3_000), False)}, "not_taken_back"),
        (4_971, 4_971, "0.30", BOOKED, "costs_differ"),
        (5_001, 5_001, "-0.01", BOOKED, "costs_differ"),
    ],
)
def test_what_does_not_add_up_says_why(
    at_bank: int, amount: int, costs: str, booked: dict[str, Booked], reason: str
) -> None:
    """A cent too few at the bank, a payment unknown or not taken back, a cost too high."""
    found = explain(settlement(amount, PARTS, costs), eur(at_bank), booked)
    assert isinstance(found, Differs)
    assert found.reason == reason


def answering(documents: dict[str, Any]) -> Mollie:
    def answer(request: httpx.Request) -> httpx.Response:
        found = documents.get(request.url.raw_path.decode())
        return httpx.Response(404 if found is None else 200, json=found)

    return Mollie("https://provider.example", "key", transport=httpx.MockTransport(answer))


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
    async with answering(documents) as mollie:
        read = await mollie.settlement("1234567.2404.03")
        assert await mollie.settlement("7654321.2404.03") is None
    assert read is not None
    assert read.parts == [PayoutPart("tr_1", eur(8_610)), PayoutPart("tr_1", eur(-4_320))]
    booked = {"tr_1": Booked(eur(8_610), reversed=True)}
    assert (read.costs, explain(read, eur(3_975), booked)) == (Decimal("3.1460"), Agreed(eur(315)))


@pytest.mark.parametrize("document", [{}, {"id": "s"}, {"id": "s", "amount": {"value": "x"}}])
async def test_a_settlement_that_is_not_understood_is_asked_for_again(
    document: dict[str, Any],
) -> None:
    """Nothing is booked on half a document."""
    async with answering({"/v2/settlements/1": document}) as mollie:
        with pytest.raises(ProviderAway):
            await mollie.settlement("1")
