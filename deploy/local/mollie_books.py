"""What the stand-in that speaks as Mollie does knows: payments, what went back, and settlements."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from fastapi import HTTPException
from pydantic import BaseModel

from deploy.local.payout_books import Back
from deploy.local.settings import HOST, LocalSettings
from deploy.local.telling import Teller
from shared.clock import Clock

_OPEN_FOR = timedelta(minutes=15)

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
    """Money of a payment that went back, and the settlement that was in; a chargeback may be won
    later, which is in a settlement of its own."""

    kind: Literal["refund", "chargeback"]
    value: Decimal
    id: str = field(default_factory=lambda: f"chb_{secrets.token_hex(6)}")
    settlement: str | None = None
    reversed_at: datetime | None = None
    reversed_in: str | None = None
    # Settlements are made of the provider's ledger; a payment may tell of it later.
    is_told: bool = True


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
        told = (one.value for one in self.taken if one.kind == kind and one.is_told)
        return sum(told, Decimal(0))


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
        self.changed(payment)

    def take_back(self, payment: Payment, kind: Back, value: Decimal | None) -> None:
        """All or `value` of it goes back to the payer, by us or by their bank, or comes again."""
        if kind == "chargeback_reversed":
            for one in payment.taken:
                if one.kind == "chargeback" and one.reversed_at is None:
                    one.reversed_at = self.clock.now()
        else:
            gone = sum(one.value for one in payment.taken if one.reversed_at is None)
            left = Decimal(payment.wish.amount.value) - gone
            wanted = left if value is None else value
            if payment.status != "paid" or not 0 < wanted <= left:
                raise HTTPException(409, "So much of this payment cannot be taken back")
            payment.taken.append(Taken(kind, wanted))

    def changed(self, payment: Payment) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.teller.tell(payment.wish.webhookUrl, f"id={payment.id}".encode(), form)

    def shown(self, payment: Payment, embed: str = "") -> dict[str, Any]:
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
        if "chargebacks" in embed:
            lost = [one for one in payment.taken if one.kind == "chargeback" and one.is_told]
            body["_embedded"] = {"chargebacks": [_chargeback(payment, one) for one in lost]}
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
        won = [
            one
            for payment in payments
            for one in payment.taken
            if one.reversed_at is not None and one.reversed_in is None
        ]
        for one in taken:
            one.settlement = number
        for one in won:
            one.reversed_in = number
        costs = cost * len(paid)
        total = sum((Decimal(payment.wish.amount.value) for payment in paid), -costs)
        total += sum((one.value for one in won), Decimal(0))
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
                _chargeback(p, one)
                for p in payments
                for one in p.taken
                if one.settlement == number and f"{one.kind}s" == noun
            ]
        return _listed(noun, rows)

    def balance(self) -> dict[str, Any]:
        """Its movements, the newest first: a settlement's transfer follows what is in it."""
        rows: list[dict[str, Any]] = []
        payments = self.books.payments.values()
        for number in reversed(self.books.settlements):
            transfer = {"settlementId": number, "transferId": f"trf_{number}"}
            rows.append({"type": "outgoing-transfer", "context": transfer})
            rows += [
                {
                    "type": "chargeback-reversal",
                    "initialAmount": _euros(one.value),
                    "context": {"paymentId": payment.id},
                }
                for payment in payments
                for one in payment.taken
                if one.reversed_in == number
            ]
        return _listed("balance_transactions", rows)


def _chargeback(payment: Payment, one: Taken) -> dict[str, Any]:
    """One chargeback; a refund is listed alike."""
    reversed_at = one.reversed_at.isoformat() if one.reversed_at is not None else None
    return {
        "id": one.id,
        "paymentId": payment.id,
        "amount": _euros(one.value),
        "reversedAt": reversed_at,
    }


def _euros(value: Decimal) -> dict[str, str]:
    return {"currency": "EUR", "value": f"{value:.2f}"}


def _listed(noun: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(rows), "_embedded": {noun: rows}, "_links": {"next": None}}
