"""A stand-in for a payment provider that speaks as Mollie does (API v2). Never in production.

Payments are created over REST and paid on a page of its own; every change is told by a webhook
that carries the payment's id alone, so that the receiver fetches the truth. `POST
/fake/settlements` ends a period and says what the payout on the bank account will look like;
`POST /fake/payments/{id}/refund` and `/chargeback` take a payment back, or `?amount=` of it, and
`/chargeback_reversed` brings it again. Stripe, Adyen and GoCardless speak at the same address
(`payout_books`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Form, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel

from deploy.local.adyen_api import AdyenWords
from deploy.local.gocardless_api import GoCardlessWords
from deploy.local.payout_books import Back, add_books
from deploy.local.payout_books import Books as PayoutBooks
from deploy.local.settings import HOST, LocalSettings
from deploy.local.stand_in import PAGES, SAFE_PAGE, refuse_in_production, serve, stand_in_app
from deploy.local.stripe_api import StripeWords
from deploy.local.telling import Teller
from shared.clock import Clock, SystemClock

_OPEN_FOR = timedelta(minutes=15)
# Browsers hold a form's redirect to `form-action` too, and ours leads back to the payer's page.
_PAGE = {**SAFE_PAGE, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}

Status = Literal["open", "paid", "failed", "canceled", "expired"]


class Amount(BaseModel):
    currency: str
    value: str


class NewPayment(BaseModel):
    amount: Amount
    description: str
    redirectUrl: str  # noqa: N815 - the provider's own words
    webhookUrl: str | None = None  # noqa: N815
    metadata: Any = None


@dataclass(slots=True)
class Taken:
    """Money of a payment that went back, and the settlement that was in."""

    kind: Literal["refund", "chargeback"]
    value: Decimal
    settlement: str | None = None


@dataclass(slots=True)
class Payment:
    id: str
    wish: NewPayment
    created_at: datetime
    status: Status = "open"
    # Whether it can be cancelled while it is open; the real one says so per method of payment.
    is_cancelable: bool = True
    paid_at: datetime | None = None
    settlement: str | None = None
    taken: list[Taken] = field(default_factory=list)

    def gone(self, kind: str) -> Decimal:
        return sum((one.value for one in self.taken if one.kind == kind), Decimal(0))


@dataclass(slots=True)
class Books:
    """What the provider knows; lost when it stops, as a stand-in may."""

    payments: dict[str, Payment] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    settlements: dict[str, dict[str, Any]] = field(default_factory=dict)


class Provider:
    def __init__(self, settings: LocalSettings, clock: Clock) -> None:
        self.books = Books()
        self.clock = clock
        self.address = f"http://{HOST}:{settings.ports.provider}"
        self.teller = Teller()

    def create(self, wish: NewPayment, key: str | None) -> Payment:
        """The same idempotency key gives the same payment."""
        known = self.books.by_key.get(key or "")
        if known:
            return self.books.payments[known]
        payment = Payment(f"tr_{secrets.token_hex(6)}", wish, self.clock.now())
        self.books.payments[payment.id] = payment
        if key:
            self.books.by_key[key] = payment.id
        return payment

    def find(self, payment_id: str) -> Payment:
        payment = self.books.payments.get(payment_id)
        if payment is None:
            raise HTTPException(404, "No payment exists with token " + payment_id)
        if payment.status == "open" and self.clock.now() - payment.created_at > _OPEN_FOR:
            payment.status = "expired"
        return payment

    def settle_payment(self, payment: Payment, status: Status) -> None:
        if payment.status != "open":
            return
        payment.status = status
        payment.paid_at = self.clock.now() if status == "paid" else None
        self._changed(payment)

    def take_back(self, payment: Payment, kind: Back, value: Decimal | None) -> None:
        """All or `value` of it goes back to the payer, by us or by their bank, or comes again;
        told by the same webhook."""
        if kind == "chargeback_reversed":
            payment.taken = [one for one in payment.taken if one.kind != "chargeback"]
        else:
            left = Decimal(payment.wish.amount.value) - sum(one.value for one in payment.taken)
            wanted = left if value is None else value
            if payment.status != "paid" or not 0 < wanted <= left:
                raise HTTPException(409, "So much of this payment cannot be taken back")
            payment.taken.append(Taken(kind, wanted))
        self._changed(payment)

    def _changed(self, payment: Payment) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.teller.tell(payment.wish.webhookUrl, f"id={payment.id}".encode(), form)

    def shown(self, payment: Payment) -> dict[str, Any]:
        body: dict[str, Any] = {
            "resource": "payment",
            "id": payment.id,
            "mode": "test",
            "createdAt": payment.created_at.isoformat(),
            "expiresAt": (payment.created_at + _OPEN_FOR).isoformat(),
            "status": payment.status,
            "isCancelable": payment.is_cancelable and payment.status == "open",
            "amount": payment.wish.amount.model_dump(),
            "description": payment.wish.description,
            "method": "ideal",
            "metadata": payment.wish.metadata,
            "redirectUrl": payment.wish.redirectUrl,
            "webhookUrl": payment.wish.webhookUrl,
            "_links": {
                "self": {
                    "href": f"{self.address}/v2/payments/{payment.id}",
                    "type": "application/hal+json",
                }
            },
        }
        if payment.paid_at is not None:
            body["paidAt"] = payment.paid_at.isoformat()
        for kind, name in ("refund", "amountRefunded"), ("chargeback", "amountChargedBack"):
            body[name] = {
                "currency": payment.wish.amount.currency,
                "value": f"{payment.gone(kind):.2f}",
            }
        if payment.settlement is not None:
            body["settlementId"] = payment.settlement
        if payment.status == "open":
            body["_links"]["checkout"] = {
                "href": f"{self.address}/checkout/{payment.id}",
                "type": "text/html",
            }
        return body

    def close_settlement(self, cost: Decimal) -> dict[str, Any]:
        """Everything paid, and taken back, and not settled yet becomes one payout.

        `cost` is what one payment costs, with its VAT, in euros.
        """
        payments = self.books.payments.values()
        paid = [p for p in payments if p.status == "paid" and p.settlement is None]
        taken = [one for p in payments for one in p.taken if one.settlement is None]
        count = len(self.books.settlements) + 1
        number, now = f"stl_{count:06}", self.clock.now()
        for payment in paid:
            payment.settlement = number
        for one in taken:
            one.settlement = number
        costs = cost * len(paid)
        total = sum((Decimal(payment.wish.amount.value) for payment in paid), -costs)
        total -= sum((one.value for one in taken), Decimal(0))
        gross = {"currency": "EUR", "value": f"{costs:.4f}"}
        shown = {
            "resource": "settlement",
            "id": number,
            "reference": f"{1_234_000 + count}.{now:%y%m}.01",
            "status": "paidout",
            "amount": {"currency": "EUR", "value": f"{total:.2f}"},
            "periods": {f"{now:%Y}": {f"{now:%m}": {"costs": [{"amountGross": gross}]}}},
        }
        self.books.settlements[number] = shown
        return shown | {"payments": [payment.id for payment in paid]}

    def settlement(self, name: str) -> dict[str, Any]:
        """By its id, or by its reference at the bank."""
        for number, shown in self.books.settlements.items():
            if name in {number, shown["reference"]}:
                return shown
        raise HTTPException(404, "No settlement exists with token " + name)

    def settled(self, number: str, noun: str) -> dict[str, Any]:
        """What is in a settlement: its `payments`, `refunds` or `chargebacks`."""
        payments = self.books.payments.values()
        if noun == "payments":
            rows = [self.shown(p) for p in payments if p.settlement == number]
        else:
            rows = [
                {"paymentId": p.id, "amount": {"currency": "EUR", "value": f"{one.value:.2f}"}}
                for p in payments
                for one in p.taken
                if one.settlement == number and f"{one.kind}s" == noun
            ]
        return {"count": len(rows), "_embedded": {noun: rows}, "_links": {"next": None}}


def create_app(settings: LocalSettings | None = None, clock: Clock | None = None) -> FastAPI:
    refuse_in_production("payment provider")
    provider = Provider(settings or LocalSettings(), clock or SystemClock())
    app = stand_in_app("Payment provider")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await provider.teller.close()

    app.router.lifespan_context = lifespan
    app.state.provider = provider
    _add_api(app, provider)
    for words in (StripeWords(), AdyenWords(provider.address), GoCardlessWords()):
        add_books(app, PayoutBooks(words, provider.clock, provider.teller))
    _add_pages(app, provider)
    return app


def _add_api(app: FastAPI, provider: Provider) -> None:
    def check_key(authorization: Annotated[str, Header()] = "") -> None:
        wanted = os.environ.get("PAYMENTS_PROVIDER_API_KEY", "")
        if not secrets.compare_digest(authorization, f"Bearer {wanted}"):
            raise HTTPException(401, "Missing authentication, or failed to authenticate")

    @app.exception_handler(HTTPException)
    async def as_hal(_: Request, error: HTTPException) -> JSONResponse:
        body = {"status": error.status_code, "title": "Error", "detail": error.detail}
        return JSONResponse(body, error.status_code, media_type="application/hal+json")

    @app.post("/v2/payments", status_code=201, dependencies=[Depends(check_key)])
    async def create(
        wish: NewPayment, idempotency_key: Annotated[str | None, Header()] = None
    ) -> dict[str, Any]:
        return provider.shown(provider.create(wish, idempotency_key))

    @app.get("/v2/payments/{payment_id}", dependencies=[Depends(check_key)])
    async def get(payment_id: str) -> dict[str, Any]:
        return provider.shown(provider.find(payment_id))

    @app.delete("/v2/payments/{payment_id}", dependencies=[Depends(check_key)])
    async def cancel(payment_id: str) -> dict[str, Any]:
        payment = provider.find(payment_id)
        if not (payment.is_cancelable and payment.status == "open"):
            raise HTTPException(422, "The payment cannot be canceled")
        provider.settle_payment(payment, "canceled")
        return provider.shown(payment)

    @app.post("/fake/settlements", dependencies=[Depends(check_key)])
    async def settle(cost: Decimal = Decimal(0)) -> dict[str, Any]:
        return provider.close_settlement(cost)

    @app.post("/fake/payments/{payment_id}/{kind}", dependencies=[Depends(check_key)])
    async def take_back(
        payment_id: str, kind: Back, amount: Decimal | None = None
    ) -> dict[str, Any]:
        payment = provider.find(payment_id)
        provider.take_back(payment, kind, amount)
        return provider.shown(payment)

    @app.get("/v2/settlements/{name}", dependencies=[Depends(check_key)])
    async def settlement(name: str) -> dict[str, Any]:
        return provider.settlement(name)

    @app.get("/v2/settlements/{number}/{noun}", dependencies=[Depends(check_key)])
    async def settled(
        number: str, noun: Literal["payments", "refunds", "chargebacks"]
    ) -> dict[str, Any]:
        return provider.settled(number, noun)


def _add_pages(app: FastAPI, provider: Provider) -> None:
    @app.get("/checkout/{payment_id}")
    async def page(request: Request, payment_id: str) -> HTMLResponse:
        shown = provider.shown(provider.find(payment_id))
        return PAGES.TemplateResponse(request, "checkout.html", {"payment": shown}, headers=_PAGE)

    @app.post("/checkout/{payment_id}")
    async def choose(
        payment_id: str, status: Annotated[Literal["paid", "failed", "canceled"], Form()]
    ) -> Response:
        payment = provider.find(payment_id)
        provider.settle_payment(payment, status)
        return RedirectResponse(payment.wish.redirectUrl, status_code=303)


if __name__ == "__main__":
    serve(create_app(), LocalSettings().ports.provider)
