"""What a provider's stand-in knows of money: payments, what went back of them, and payouts.

Each provider speaks of the same books in its own words (`stripe_api`, `adyen_api`,
`gocardless_api`). Amounts are minor units.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from deploy.local.telling import Teller
from shared.clock import Clock

# Pages are small, so that every reader has to turn them.
PAGE = 2
Back = Literal["refund", "chargeback", "chargeback_reversed"]


class NewPayment(BaseModel):
    """`reference` is the merchant's own id of it; `webhook_url` is where it is told."""

    amount: int
    reference: str
    webhook_url: str | None = None
    currency: str = "EUR"


@dataclass(slots=True)
class Payment:
    id: str
    wish: NewPayment
    paid_at: datetime


@dataclass(slots=True)
class Movement:
    """Money of a payment, towards the merchant when positive, and what the provider keeps of it."""

    id: str
    kind: Literal["payment", Back]
    payment: Payment
    amount: int
    fee: int
    moved_at: datetime
    payout: str | None = None


@dataclass(slots=True)
class Payout:
    id: str
    number: int
    reference: str
    amount: int
    currency: str
    paid_at: datetime
    movements: Sequence[Movement]
    # Else somebody took a sum out of the balance, of which nobody knows what is in it.
    is_automatic: bool = True


class Words(Protocol):
    """How one provider names things, and how it tells of them."""

    name: str

    def payment_id(self) -> str: ...

    def movement_id(self, kind: str) -> str: ...

    def payout_names(self, number: int) -> tuple[str, str]:
        """Its id, and the reference it has at the bank."""
        ...

    def told(self, books: Books, movement: Movement) -> tuple[bytes, dict[str, str]]:
        """The webhook for a payment, or for money that went back: body and headers."""
        ...

    def told_payout(self, books: Books, payout: Payout) -> tuple[bytes, dict[str, str]]: ...

    def add_api(self, app: FastAPI, books: Books) -> None: ...


@dataclass(slots=True)
class Books:
    """Lost when the stand-in stops, as they may be."""

    words: Words
    clock: Clock
    teller: Teller
    payments: dict[str, Payment] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    payouts: dict[str, Payout] = field(default_factory=dict)
    # All that moved the balance, in its order.
    moved: list[Movement | Payout] = field(default_factory=list)

    def pay(self, wish: NewPayment, fee: int) -> Movement:
        payment = Payment(self.words.payment_id(), wish, self.clock.now())
        self.payments[payment.id] = payment
        return self._move("payment", payment, wish.amount, fee)

    def give_back(self, payment_id: str, kind: Back, amount: int | None, fee: int) -> Movement:
        payment = self.payments.get(payment_id)
        if payment is None:
            raise HTTPException(404, "No such payment")
        minor = payment.wish.amount if amount is None else amount
        return self._move(kind, payment, minor if kind == "chargeback_reversed" else -minor, fee)

    def _move(
        self, kind: Literal["payment", Back], payment: Payment, amount: int, fee: int
    ) -> Movement:
        now = self.clock.now()
        moved = Movement(self.words.movement_id(kind), kind, payment, amount, fee, now)
        self.movements.append(moved)
        self.moved.append(moved)
        self.teller.tell(payment.wish.webhook_url, *self.words.told(self, moved))
        return moved

    def pay_out(self, by_hand: int | None = None) -> Payout:
        """All that is not paid out yet, in one sum; or so much of it, made by hand."""
        due = [one for one in self.movements if one.payout is None and by_hand is None]
        number = len(self.payouts) + 1
        name, reference = self.words.payout_names(number)
        currency = due[0].payment.wish.currency if due else "EUR"
        amount = sum(one.amount - one.fee for one in due) if by_hand is None else by_hand
        now = self.clock.now()
        payout = Payout(name, number, reference, amount, currency, now, due, by_hand is None)
        self.payouts[name] = payout
        self.moved.append(payout)
        for one in due:
            one.payout = name
        urls = {one.payment.wish.webhook_url for one in due}
        for url in urls:
            self.teller.tell(url, *self.words.told_payout(self, payout))
        return payout

    def gone(self, payment: Payment, *kinds: Back) -> int:
        """What went back of a payment by these."""
        return -sum(
            one.amount for one in self.movements if one.payment is payment and one.kind in kinds
        )


def token(prefix: str) -> str:
    return prefix + secrets.token_hex(8).upper()


def add_books(app: FastAPI, books: Books) -> None:
    """The provider's own API, and `/fake/<name>/...` to move its money."""
    at = f"/fake/{books.words.name}"

    @app.post(f"{at}/payments")
    async def pay(wish: NewPayment, fee: int = 0) -> dict[str, Any]:
        return {"id": books.pay(wish, fee).payment.id}

    @app.post(f"{at}/payments/{{payment_id}}/{{kind}}")
    async def give_back(
        payment_id: str, kind: Back, amount: int | None = None, fee: int = 0
    ) -> dict[str, Any]:
        return {"id": books.give_back(payment_id, kind, amount, fee).id}

    @app.post(f"{at}/payouts")
    async def pay_out(by_hand: int | None = None) -> dict[str, Any]:
        made = books.pay_out(by_hand)
        return {"id": made.id, "reference": made.reference, "amount": made.amount}

    books.words.add_api(app, books)
