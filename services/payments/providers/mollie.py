"""A client of Mollie's payments API (v2): create a payment, look at one.

A webhook tells an id and nothing else, so what counts is always what this client reads back. A
payment is read with its chargebacks: one that was won stays among them, with the day it was
(`reversedAt`; Mollie docs, "Get payment", "Chargebacks API").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, quote

import httpx

from services.payments.providers.provider import (
    BadSignature,
    NewPayment,
    Outcome,
    ProviderAway,
    ProviderEvent,
    ProviderRefused,
    ProviderState,
    document,
    is_signed_hex,
    moment,
    text_at,
)
from shared.errors import InvalidInput
from shared.http.tls import trusted
from shared.money import Money

_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "open": "open",
    "pending": "open",
    "authorized": "open",
    "paid": "paid",
    "failed": "failed",
    "expired": "expired",
    "canceled": "cancelled",
}
_SIGNATURE_HEADER = "x-mollie-signature"
_PROVIDER_ID = re.compile(r"tr_[A-Za-z0-9]{1,64}", re.ASCII)
_BELOW_PAYMENT = re.compile(r"/payments/(tr_[A-Za-z0-9]{1,64})/chargebacks/", re.ASCII)


class Mollie:
    """One conversation; use as an async context manager."""

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=timeout_s,
            transport=transport,
            verify=trusted(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def create_payment(self, new: NewPayment) -> ProviderState:
        """Raises `ProviderRefused`, or `ProviderAway` when the outcome is unknown."""
        body = {
            "amount": {"currency": new.amount.currency, "value": str(new.amount.to_decimal())},
            "description": new.description,
            "redirectUrl": new.return_url,
            "webhookUrl": new.webhook_url,
            "locale": new.locale,
            "metadata": dict(new.metadata),
        }
        headers = {"Idempotency-Key": new.reference}
        response = await self._call("POST", "/v2/payments", json=body, headers=headers)
        if response.status_code not in {200, 201}:
            raise ProviderRefused(str(response.status_code))
        return _state(response)

    async def payment(self, provider_id: str) -> ProviderState | None:
        """None when the provider knows no such payment."""
        path = f"/v2/payments/{quote(provider_id, safe='')}?embed=chargebacks"
        response = await self._call("GET", path)
        if response.status_code in {400, 404, 410, 422}:
            return None
        if response.status_code != 200:
            raise ProviderRefused(str(response.status_code))
        return _state(response)

    async def cancel_payment(self, provider_id: str) -> ProviderState | None:
        """End a payment nobody has paid; None when this one cannot be ended (any more)."""
        response = await self._call("DELETE", f"/v2/payments/{quote(provider_id, safe='')}")
        return _state(response) if response.status_code == 200 else None

    async def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            response = await self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise ProviderAway(f"the payment provider: {type(error).__name__}") from None
        if response.status_code >= 500 or response.status_code in {408, 409, 429}:
            raise ProviderAway(f"the payment provider answered {response.status_code}")
        return response


def _state(response: httpx.Response) -> ProviderState:
    try:
        body = response.json()
        checkout = (body.get("_links") or {}).get("checkout") or {}
        amount = _money(body["amount"])
        charged_back, won = _chargebacks(body, amount.currency)
        return ProviderState(
            id=str(body["id"]),
            outcome=_OUTCOMES[body["status"]],
            amount=amount,
            charged_back=charged_back + _money(body.get("amountRefunded"), amount.currency),
            came_again=won,
            checkout_url=checkout.get("href"),
            expires_in=_expires_in(body),
            metadata=body.get("metadata") if isinstance(body.get("metadata"), dict) else {},
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidInput):
        raise ProviderAway("the payment provider answered something else") from None


def _money(amount: Mapping[str, str] | None, currency: str = "") -> Money:
    if amount is None:
        return Money(0, currency)
    return Money.parse(amount["value"], amount["currency"])


def _chargebacks(body: Mapping[str, Any], currency: str) -> tuple[Money, Money]:
    """What is with the payer by chargebacks, and what was until they were won.

    Whether `amountChargedBack` goes down when one is won is documented nowhere, so it counts only
    where the chargebacks themselves do not come along.
    """
    listed = (body.get("_embedded") or {}).get("chargebacks")
    if listed is None:
        return _money(body.get("amountChargedBack"), currency), Money.zero(currency)
    lost = Money.total((_money(one["amount"]) for one in listed), currency)
    won = (_money(one["amount"]) for one in listed if one.get("reversedAt"))
    came_again = Money.total(won, currency)
    return lost - came_again, came_again


def _expires_in(body: Mapping[str, Any]) -> timedelta | None:
    """A length, because the provider's clock need not be ours."""
    if not body.get("expiresAt") or not body.get("createdAt"):
        return None
    return datetime.fromisoformat(body["expiresAt"]) - datetime.fromisoformat(body["createdAt"])


class MollieWebhooks:
    """Mollie's webhooks: the classic `id=tr_...` as a form, unsigned; newer ones signed JSON.

    Neither is believed: the payment is fetched. So the classic ones need no signature, and one
    id is told again and again (see `ProviderEvent.id`).
    """

    name = "mollie"
    thanks = ""

    def __init__(self, client: Callable[[], Mollie], secrets: Sequence[str]) -> None:
        self._client = client
        self._secrets = secrets

    def hear(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[ProviderEvent]:
        signatures = headers.get(_SIGNATURE_HEADER)
        if signatures is not None and self._secrets:
            given = [one.strip().removeprefix("sha256=") for one in signatures.split(",")]
            if not is_signed_hex(body, given, self._secrets):
                raise BadSignature()
        signed = signatures is not None and bool(self._secrets)
        if body.lstrip()[:1] != b"{":
            payment = _classic_id(body)
            return [
                ProviderEvent(
                    id=payment, kind="changed", type="payment", payment=payment, signed=signed
                )
            ]
        if signatures is None and self._secrets:
            raise BadSignature()
        return [replace(_told(document(body)), signed=signed)]

    async def state(self, payment: str) -> ProviderState | None:
        async with self._client() as mollie:
            try:
                return await mollie.payment(payment)
            except ProviderRefused as error:
                raise ProviderAway(f"the payment provider answered {error}") from None


def _told(event: Mapping[str, Any]) -> ProviderEvent:
    if event.get("resource") != "event":
        raise InvalidInput.field("resource", "an event is needed here")
    entity = text_at(event, "entityId")
    payment = _payment_of_chargeback(event) if entity.startswith("chb_") else entity
    return ProviderEvent(
        id=text_at(event, "id"),
        kind="changed" if _PROVIDER_ID.fullmatch(payment) else "other",
        type=text_at(event, "type"),
        occurred_at=moment(str(event.get("createdAt") or "")),
        payment=payment,
    )


def _payment_of_chargeback(event: Mapping[str, Any]) -> str:
    """`chargeback.received` and `chargeback.reversed` come with the chargeback (full payload), or
    with its address alone, which is below that of its payment (simple payload)."""
    entity = (event.get("_embedded") or {}).get("entity") or {}
    link = ((event.get("_links") or {}).get("entity") or {}).get("href")
    named = _BELOW_PAYMENT.search(str(link or ""))
    return str(entity.get("paymentId") or (named[1] if named else event["entityId"]))


def _classic_id(body: bytes) -> str:
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=20)
    except ValueError:
        raise InvalidInput.field("body", "not a form") from None
    ids = fields.get("id", [])
    if len(ids) != 1 or not _PROVIDER_ID.fullmatch(ids[0]):
        raise InvalidInput.field("id", "the id of one payment, such as tr_WDqYK6vllg")
    return ids[0]
