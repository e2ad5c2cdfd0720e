"""A client of Mollie's payments API (v2): create a payment, look at one.

A webhook tells an id and nothing else, so what counts is always what this client reads back.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, Literal, Self
from urllib.parse import quote

import httpx

from shared.errors import InvalidInput, TransientError
from shared.money import Money

Outcome = Literal["open", "paid", "failed", "expired", "cancelled"]

_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "open": "open",
    "pending": "open",
    "authorized": "open",
    "paid": "paid",
    "failed": "failed",
    "expired": "expired",
    "canceled": "cancelled",
}
SIGNATURE_HEADER = "X-Mollie-Signature"


class ProviderAway(TransientError):
    """No answer, or none that tells what happened: the outcome is unknown."""

    code = "provider_unavailable"
    title = "The payment provider does not answer"


class ProviderRefused(Exception):
    """The provider said no and did nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """`reference` is our id of it: the same one never makes two payments."""

    reference: str
    amount: Money
    description: str
    return_url: str
    webhook_url: str
    locale: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """A payment as the provider knows it now. `expires_in` counts from its creation."""

    id: str
    outcome: Outcome
    amount: Money
    charged_back: Money
    checkout_url: str | None
    expires_in: timedelta | None
    metadata: Mapping[str, Any]


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
        response = await self._call("GET", f"/v2/payments/{quote(provider_id, safe='')}")
        if response.status_code in {400, 404, 410, 422}:
            return None
        if response.status_code != 200:
            raise ProviderRefused(str(response.status_code))
        return _state(response)

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
        return ProviderState(
            id=str(body["id"]),
            outcome=_OUTCOMES[body["status"]],
            amount=amount,
            charged_back=_money(body.get("amountChargedBack"), amount.currency),
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


def _expires_in(body: Mapping[str, Any]) -> timedelta | None:
    """A length, because the provider's clock need not be ours."""
    if not body.get("expiresAt") or not body.get("createdAt"):
        return None
    return datetime.fromisoformat(body["expiresAt"]) - datetime.fromisoformat(body["createdAt"])


def is_signed(body: bytes, signatures: str, secret: str) -> bool:
    """Whether one of the signatures (hex HMAC-SHA256, `sha256=` in front or not) is of `body`."""
    expected = hmac.digest(secret.encode(), body, "sha256").hex()
    return any(
        hmac.compare_digest(given.strip().removeprefix("sha256=").encode(), expected.encode())
        for given in signatures.split(",")
    )
