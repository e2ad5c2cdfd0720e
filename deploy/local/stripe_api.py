"""A stand-in that speaks of its books as Stripe does: payouts and balance transactions."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Query

from deploy.local.payout_books import PAGE, Books, Movement, Payout, token

_TYPES = {
    "payment": "charge",
    "refund": "refund",
    "chargeback": "adjustment",
    "chargeback_reversed": "adjustment",
}


class StripeWords:
    name = "stripe"

    def payment_id(self) -> str:
        return token("pi_")

    def movement_id(self, _kind: str) -> str:
        return token("txn_")

    def payout_names(self, number: int) -> tuple[str, str]:
        return token("po_"), f"STRIPE TRACE{number:08}"

    def told(self, books: Books, movement: Movement) -> tuple[bytes, dict[str, str]]:
        wish = movement.payment.wish
        common = {"currency": wish.currency.lower(), "metadata": {}}
        if movement.kind == "payment":
            metadata = {"provider_payment_id": wish.reference}
            told = {"object": "payment_intent", "id": movement.payment.id, "metadata": metadata}
            return _signed(books, "payment_intent.succeeded", common | told | _paid(wish.amount))
        if movement.kind == "refund":
            amount = books.gone(movement.payment, "refund")
            told = _source(movement) | {"object": "charge", "id": "ch_" + movement.payment.id[3:]}
            return _signed(books, "charge.refunded", common | told | {"amount_refunded": amount})
        kind = "withdrawn" if movement.kind == "chargeback" else "reinstated"
        told = common | _source(movement) | {"amount": abs(movement.amount)}
        return _signed(books, f"charge.dispute.funds_{kind}", told)

    def told_payout(self, books: Books, payout: Payout) -> tuple[bytes, dict[str, str]]:
        return _signed(books, "payout.paid", _payout(payout))

    def add_api(self, app: FastAPI, books: Books) -> None:
        @app.get("/v1/payouts", dependencies=[Depends(_check_key)])
        async def payouts(
            since: Annotated[int, Query(alias="arrival_date[gte]")] = 0,
            until: Annotated[int, Query(alias="arrival_date[lte]")] = 2**40,
            limit: int = 10,
            starting_after: str | None = None,
        ) -> dict[str, Any]:
            rows = [_payout(one) for one in reversed(books.payouts.values())]
            rows = [row for row in rows if since <= row["arrival_date"] <= until]
            return _page("/v1/payouts", rows, limit, starting_after)

        @app.get("/v1/balance_transactions", dependencies=[Depends(_check_key)])
        async def transactions(
            payout: str | None = None,
            expand: Annotated[list[str] | None, Query(alias="expand[]")] = None,
            limit: int = 10,
            starting_after: str | None = None,
        ) -> dict[str, Any]:
            listed: Sequence[Movement | Payout] = list(reversed(books.moved))
            if payout is not None:
                made = books.payouts.get(payout)
                if made is None or not made.is_automatic:
                    raise HTTPException(400, "No automatic payout")
                listed = [made, *made.movements]
            rows = [_moved(one, expand or []) for one in listed]
            return _page("/v1/balance_transactions", rows, limit, starting_after)

        @app.get("/v1/balance_transactions/{name}", dependencies=[Depends(_check_key)])
        async def transaction(name: str) -> dict[str, Any]:
            rows = [_moved(one, []) for one in books.moved]
            return next(row for row in rows if row["id"] == name)


def _paid(amount: int) -> dict[str, int]:
    return {"amount": amount, "amount_received": amount}


def _payout(payout: Payout) -> dict[str, Any]:
    return {
        "id": payout.id,
        "object": "payout",
        "amount": payout.amount,
        "arrival_date": int(payout.paid_at.timestamp()),
        "automatic": payout.is_automatic,
        "balance_transaction": "txn_" + payout.id,
        "created": int(payout.paid_at.timestamp()),
        "currency": payout.currency.lower(),
        "reconciliation_status": "completed",
        "statement_descriptor": None,
        "status": "paid",
        "trace_id": {"status": "supported", "value": payout.reference.split()[-1]},
    }


def _source(movement: Movement) -> dict[str, Any]:
    objects = {"payment": ("charge", "ch_"), "refund": ("refund", "re_")}
    noun, prefix = objects.get(movement.kind, ("dispute", "dp_"))
    intent = movement.payment.id
    return {"object": noun, "id": prefix + movement.id[4:], "payment_intent": intent}


def _moved(one: Movement | Payout, expand: Sequence[str]) -> dict[str, Any]:
    if isinstance(one, Movement):
        return _transaction(one, expand)
    return {
        "id": "txn_" + one.id,
        "object": "balance_transaction",
        "type": "payout",
        "amount": -one.amount,
        "fee": 0,
        "created": int(one.paid_at.timestamp()),
        "currency": one.currency.lower(),
        "source": _payout(one) if "data.source" in expand else one.id,
    }


def _transaction(movement: Movement, expand: Sequence[str]) -> dict[str, Any]:
    source = _source(movement)
    return {
        "id": movement.id,
        "object": "balance_transaction",
        "type": _TYPES[movement.kind],
        "amount": movement.amount,
        "fee": movement.fee,
        "net": movement.amount - movement.fee,
        "created": int(movement.moved_at.timestamp()),
        "currency": movement.payment.wish.currency.lower(),
        "source": source if "data.source" in expand else source["id"],
    }


def _page(url: str, rows: list[dict[str, Any]], limit: int, after: str | None) -> dict[str, Any]:
    names = [row["id"] for row in rows]
    start = names.index(after) + 1 if after else 0
    shown = rows[start : start + min(limit, PAGE)]
    more = start + len(shown) < len(rows)
    return {"object": "list", "url": url, "has_more": more, "data": shown}


def _check_key(authorization: Annotated[str, Header()] = "") -> None:
    if authorization != f"Bearer {os.environ.get('PAYMENTS_STRIPE_API_KEY', '')}":
        raise HTTPException(401, "Invalid API Key provided")


def _signed(books: Books, kind: str, told: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    seconds = int(books.clock.now().timestamp())
    event = {"id": token("evt_"), "object": "event", "type": kind, "created": seconds}
    body = json.dumps(event | {"data": {"object": told}}).encode()
    secret = os.environ.get("PAYMENTS_STRIPE_WEBHOOK_SECRETS", "").split(",")[0]
    digest = hmac.digest(secret.encode(), f"{seconds}.".encode() + body, "sha256").hex()
    return body, {"Stripe-Signature": f"t={seconds},v1={digest}"}
