"""Payouts made by hand at Stripe, as its API tells them: the statement of a balance."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from services.payments.domain.payouts import PayoutPart, PayoutSeen
from services.payments.providers.stripe_payouts import StripePayouts
from tests.factories.payments import eur

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


def payout(name: str, amount: int, **told: Any) -> dict[str, Any]:
    days = told.pop("days", 0)
    at = int((NOON - timedelta(days=days)).timestamp())
    common = {"id": name, "balance_transaction": f"txn_{name}", "currency": "eur", "created": at}
    return common | {
        "amount": amount,
        "arrival_date": at,
        "automatic": False,
        "status": "paid",
        **told,
    }


def movement(name: str, kind: str, amount: int, source: Any, *, fee: int = 0) -> dict[str, Any]:
    at = int(NOON.timestamp())
    common = {"id": f"txn_{name}", "currency": "eur", "created": at, "type": kind}
    return common | {"amount": amount, "fee": fee, "source": source}


def of_payout(one: dict[str, Any], *, fee: int = 0) -> dict[str, Any]:
    made = movement(one["id"], "payout", -one["amount"], one, fee=fee)
    return made | {"created": one["created"]}


def charge(name: str, amount: int, *, fee: int = 0) -> dict[str, Any]:
    source = {"object": "charge", "id": f"ch_{name}", "payment_intent": f"pi_{name}"}
    return movement(name, "charge", amount, source, fee=fee)


def stripe(
    payouts: list[dict[str, Any]],
    balance: list[dict[str, Any]],
    taken: dict[str, list[dict[str, Any]]],
) -> StripePayouts:
    """`balance` is listed newest first; `taken` by automatic payout, as only those are listed."""

    def answer(request: httpx.Request) -> httpx.Response:
        path, params = request.url.path, request.url.params
        if path == "/v1/payouts":
            return httpx.Response(200, json={"data": payouts})
        if path != "/v1/balance_transactions":
            name = path.rsplit("/", 1)[1]
            return httpx.Response(200, json=next(row for row in balance if row["id"] == name))
        rows = taken[params["payout"]] if "payout" in params else balance
        names = [row["id"] for row in rows]
        start = names.index(params["starting_after"]) + 1 if "starting_after" in params else 0
        more = start + 2 < len(rows)
        return httpx.Response(200, json={"data": rows[start : start + 2], "has_more": more})

    return StripePayouts("https://s.example", "k", transport=httpx.MockTransport(answer))


SEEN = PayoutSeen("STRIPE", eur(6_000), date(2026, 4, 1))


async def test_all_since_the_last_one_is_in_it_with_the_costs_of_the_payout_itself() -> None:
    """A payout that never left in between changes nothing: its money came back."""
    made, failed = payout("po_2", 6_000), payout("po_x", 500, status="failed")
    last = payout("po_1", 100, days=3)
    balance = [
        of_payout(payout("po_3", 10)),
        of_payout(made, fee=60),
        movement("back", "payout_failure", 500, failed),
        charge("b", 4_000, fee=29),
        of_payout(failed),
        charge("a", 5_000, fee=29),
        of_payout(last),
        charge("old", 700),
    ]
    told = await stripe([made], balance, {}).settlement(SEEN)
    assert told is not None
    assert told.parts == [
        PayoutPart("pi_b", eur(4_000)),
        PayoutPart("pi_a", eur(5_000)),
        PayoutPart(None, eur(-2_882), "carried"),
    ]
    assert told.costs == Decimal("1.18")


async def test_what_automatic_payouts_took_before_is_left_out_and_what_was_pending_is_not() -> None:
    """The creditor changed from automatic payouts to payouts by hand; ages ago is not read."""
    made = payout("po_9", 6_000)
    weekly, oldest = (
        payout(name, 900, automatic=True, days=days) for name, days in (("po_5", 7), ("po_0", 61))
    )
    pending, paid_out = charge("pending", 5_000), charge("settled", 900)
    balance = [
        of_payout(made),
        charge("new", 1_000),
        of_payout(weekly),
        pending,
        paid_out,
        of_payout(oldest),
        charge("ancient", 1),
    ]
    taken = {"po_5": [of_payout(weekly), paid_out]}
    told = await stripe([made], balance, taken).settlement(SEEN)
    assert told is not None
    assert told.parts == [PayoutPart("pi_new", eur(1_000)), PayoutPart("pi_pending", eur(5_000))]
