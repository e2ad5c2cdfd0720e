"""A stand-in that speaks of its books as GoCardless does: payments, payouts and their items."""

from __future__ import annotations

import hmac
import json
import os
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException

from deploy.local.payout_books import PAGE, Books, Movement, Payment, Payout, token

_EVENTS = {
    "payment": ("payments", "confirmed"),
    "refund": ("refunds", "created"),
    "chargeback": ("payments", "charged_back"),
    "chargeback_reversed": ("payments", "chargeback_cancelled"),
}
# A chargeback that was cancelled is paid out again as the payment was.
_ITEMS = {
    "payment": "payment_paid_out",
    "refund": "payment_refunded",
    "chargeback": "payment_charged_back",
    "chargeback_reversed": "payment_paid_out",
}


class GoCardlessWords:
    name = "gocardless"

    def payment_id(self) -> str:
        return token("PM")

    def movement_id(self, kind: str) -> str:
        return token("RF" if kind == "refund" else "EV")

    def payout_names(self, number: int) -> tuple[str, str]:
        return token("PO"), f"WATER-{number:05}"

    def told(self, books: Books, movement: Movement) -> tuple[bytes, dict[str, str]]:
        noun, action = _EVENTS[movement.kind]
        links = {"payment": movement.payment.id}
        if movement.kind == "refund":
            links = {"refund": movement.id}
        return _signed(books, noun, action, links)

    def told_payout(self, books: Books, payout: Payout) -> tuple[bytes, dict[str, str]]:
        return _signed(books, "payouts", "paid", {"payout": payout.id})

    def add_api(self, app: FastAPI, books: Books) -> None:
        @app.get("/payments/{name}", dependencies=[Depends(_check_token)])
        async def payment(name: str) -> dict[str, Any]:
            if name not in books.payments:
                raise HTTPException(404, "Resource not found")
            return {"payments": _payment(books, books.payments[name])}

        @app.get("/refunds/{name}", dependencies=[Depends(_check_token)])
        async def refund(name: str) -> dict[str, Any]:
            found = [one for one in books.movements if one.id == name]
            if not found:
                raise HTTPException(404, "Resource not found")
            return {"refunds": {"id": name, "links": {"payment": found[0].payment.id}}}

        @app.get("/payouts", dependencies=[Depends(_check_token)])
        async def payouts(
            reference: str, limit: int = 50, after: str | None = None
        ) -> dict[str, Any]:
            rows = [_payout(one) for one in books.payouts.values() if one.reference == reference]
            return _page("payouts", rows, limit, after)

        @app.get("/payout_items", dependencies=[Depends(_check_token)])
        async def items(payout: str, limit: int = 50, after: str | None = None) -> dict[str, Any]:
            if payout not in books.payouts:
                raise HTTPException(410, "Only payouts of the last six months have items")
            moved = books.payouts[payout].movements
            rows = [item for one in moved for item in _items(one)]
            return _page("payout_items", rows, limit, after)


def _payment(books: Books, payment: Payment) -> dict[str, Any]:
    lost = books.gone(payment, "chargeback", "chargeback_reversed") > 0
    return {
        "id": payment.id,
        "amount": payment.wish.amount,
        "amount_refunded": books.gone(payment, "refund"),
        "currency": payment.wish.currency,
        "status": "charged_back" if lost else "paid_out",
        "metadata": {"provider_payment_id": payment.wish.reference},
    }


def _payout(payout: Payout) -> dict[str, Any]:
    return {
        "id": payout.id,
        "amount": payout.amount,
        "currency": payout.currency,
        "deducted_fees": sum(one.fee for one in payout.movements),
        "payout_type": "merchant",
        "reference": payout.reference,
        "status": "paid",
    }


def _items(movement: Movement) -> list[dict[str, Any]]:
    links = {"payment": movement.payment.id}
    rows = [{"type": _ITEMS[movement.kind], "amount": f"{movement.amount}.0", "links": links}]
    if movement.fee:
        rows.append({"type": "gocardless_fee", "amount": f"{-movement.fee}.0", "links": links})
    return [row | {"taxes": []} for row in rows]


def _page(noun: str, rows: list[dict[str, Any]], limit: int, after: str | None) -> dict[str, Any]:
    start = int(after or 0)
    end = start + min(limit, PAGE)
    following = str(end) if end < len(rows) else None
    cursors = {"before": None, "after": following}
    return {noun: rows[start:end], "meta": {"cursors": cursors, "limit": limit}}


def _check_token(authorization: Annotated[str, Header()] = "") -> None:
    if authorization != f"Bearer {os.environ.get('PAYMENTS_GOCARDLESS_TOKEN', '')}":
        raise HTTPException(401, "The access token is not valid")


def _signed(
    books: Books, noun: str, action: str, links: dict[str, str]
) -> tuple[bytes, dict[str, str]]:
    event = {
        "id": token("EV"),
        "created_at": books.clock.now().isoformat(),
        "resource_type": noun,
        "action": action,
        "links": links,
    }
    body = json.dumps({"events": [event]}).encode()
    secret = os.environ.get("PAYMENTS_GOCARDLESS_WEBHOOK_SECRETS", "").split(",")[0]
    return body, {"Webhook-Signature": hmac.digest(secret.encode(), body, "sha256").hex()}
