"""A stand-in for a payment provider that speaks as Mollie does (API v2). Never in production.

Payments are created over REST and paid on a page of its own; every change is told by a webhook
that carries the payment's id alone, so that the receiver fetches the truth. `POST
/fake/settlements` ends a period and says what the payout on the bank account will look like;
`POST /fake/payments/{id}/refund` and `/chargeback` take a payment back, or `?amount=` of it, and
`/chargeback_reversed` brings it again; `?telling=no` loses the webhook. Stripe, Adyen and
GoCardless speak at the same address (`payout_books`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Form, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from deploy.local.adyen_api import AdyenWords
from deploy.local.gocardless_api import GoCardlessWords
from deploy.local.mollie_books import NewPayment, Provider
from deploy.local.payout_books import Back, add_books
from deploy.local.payout_books import Books as PayoutBooks
from deploy.local.settings import LocalSettings
from deploy.local.stand_in import PAGES, SAFE_PAGE, refuse_in_production, serve, stand_in_app
from deploy.local.stripe_api import StripeWords
from shared.clock import Clock, SystemClock

# Browsers hold a form's redirect to `form-action` too, and ours leads back to the payer's page.
_PAGE = {**SAFE_PAGE, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


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
    async def get(payment_id: str, embed: str = "") -> dict[str, Any]:
        return provider.shown(provider.find(payment_id), embed)

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
        payment_id: str, kind: Back, amount: Decimal | None = None, *, telling: bool = True
    ) -> dict[str, Any]:
        payment = provider.find(payment_id)
        provider.take_back(payment, kind, amount)
        if telling:
            provider.changed(payment)
        return provider.shown(payment)

    @app.get("/v2/settlements/{name}", dependencies=[Depends(check_key)])
    async def settlement(name: str) -> dict[str, Any]:
        return provider.settlement(name)

    @app.get("/v2/balances/{_balance}/transactions", dependencies=[Depends(check_key)])
    async def balance(_balance: str) -> dict[str, Any]:
        return provider.balance()

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
