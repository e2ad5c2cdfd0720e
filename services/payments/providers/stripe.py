"""Stripe's webhooks: one event each, signed with its time against replays.

`Stripe-Signature: t=<seconds>,v1=<hex>,v1=<hex>`: HMAC-SHA256 over `<t>.<body>`, one `v1` per
secret in use; five minutes are tolerated (Stripe docs, "Verify webhook signatures manually").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.payments.providers.provider import (
    BadSignature,
    Kind,
    ProviderEvent,
    TellsAll,
    document,
    is_signed_hex,
    money_of,
    text_at,
    text_or_none,
)
from shared.errors import InvalidInput
from shared.money import Money

_TOLERANCE = timedelta(minutes=5)
# Where Stripe's decimals are not ISO 4217's (Stripe docs, "Supported currencies").
_EXPONENTS: Final = {"ISK": 2, "UGX": 2, "MGA": 0}
_KINDS: Final[Mapping[str, Kind]] = {
    "payment_intent.succeeded": "paid",
    "payment_intent.canceled": "cancelled",
    "charge.refunded": "refunded_in_all",
    # An inquiry opens a dispute too, and takes no money; this one does.
    "charge.dispute.funds_withdrawn": "charged_back",
    "charge.dispute.funds_reinstated": "chargeback_reversed",
    "refund.failed": "refund_failed",
    "payout.paid": "paid_out",
    "mandate.updated": "mandate",
}
_AMOUNT: Final[Mapping[str, str]] = {
    "paid": "amount_received",
    "refunded_in_all": "amount_refunded",
}


class Stripe(TellsAll):
    name = "stripe"
    thanks = ""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets

    def hear(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[ProviderEvent]:
        if not self._is_signed(body, headers.get("stripe-signature", ""), now):
            raise BadSignature()
        event = document(body)
        data = event.get("data")
        told = data.get("object") if isinstance(data, dict) else None
        if event.get("object") != "event" or not isinstance(told, dict):
            raise InvalidInput.field("object", "an event with its object is needed here")
        return [_event(event, told)]

    def _is_signed(self, body: bytes, header: str, now: datetime) -> bool:
        parts = [part.strip().split("=", 1) for part in header.split(",") if "=" in part]
        times = [value for name, value in parts if name == "t"]
        if len(times) != 1 or not times[0].isascii() or not times[0].isdigit():
            return False
        # A number of more digits would be no time at all.
        if len(times[0]) > 11 or abs(_instant(int(times[0])) - now) > _TOLERANCE:
            return False
        signatures = [value for name, value in parts if name == "v1"]
        return is_signed_hex(times[0].encode() + b"." + body, signatures, self._secrets)


def _event(event: Mapping[str, Any], told: Mapping[str, Any]) -> ProviderEvent:
    kind = _KINDS.get(text_at(event, "type"), "other")
    metadata = told.get("metadata")
    created = event.get("created")
    return ProviderEvent(
        id=text_at(event, "id"),
        kind=kind,
        type=text_at(event, "type"),
        occurred_at=_instant(created) if type(created) is int and 0 < created < 10**11 else None,
        payment=payment_of(told),
        reference=text_or_none(metadata, "provider_payment_id")
        if isinstance(metadata, dict)
        else None,
        amount=None if kind in {"other", "mandate"} else _amount(kind, told),
    )


def payment_of(told: Mapping[str, Any]) -> str | None:
    """The payment intent, which is what we began; a charge without one stands for itself."""
    if told.get("object") in {"payment_intent", "payout"}:
        return text_at(told, "id")
    own = "id" if told.get("object") == "charge" else "charge"
    return text_or_none(told, "payment_intent") or text_or_none(told, own)


def _amount(kind: Kind, told: Mapping[str, Any]) -> Money:
    name = _AMOUNT.get(kind, "amount")
    return stripe_money(told.get(name), told.get("currency"))


def stripe_money(minor: object, currency: object) -> Money:
    return money_of(minor, currency, _EXPONENTS)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
