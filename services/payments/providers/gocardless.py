"""GoCardless: signed batches of events that name resources, which are fetched (API 2015-07-06).

`Webhook-Signature` is hex HMAC-SHA256 over the raw body; a wrong one is answered with 498
(GoCardless docs, "Webhooks").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx

from services.payments.providers.provider import (
    BadSignature,
    Kind,
    Outcome,
    ProviderAway,
    ProviderEvent,
    ProviderState,
    document,
    is_signed_hex,
    moment,
    money_of,
    text_at,
    text_or_none,
)
from shared.errors import InvalidInput
from shared.http.tls import trusted
from shared.money import Money

API_VERSION = "2015-07-06"
_LARGEST_BATCH = 1_000
_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "pending_customer_approval": "open",
    "pending_submission": "open",
    "submitted": "open",
    "confirmed": "paid",
    "paid_out": "paid",
    "charged_back": "paid",
    "cancelled": "cancelled",
    "customer_approval_denied": "cancelled",
    "failed": "failed",
}
_KINDS: Final[Mapping[str, Kind]] = {
    "payments": "changed",
    "refunds": "changed",
    "mandates": "mandate",
    "payouts": "paid_out",
}


class WrongToken(BadSignature):
    """GoCardless asks for its own status."""

    status = 498


class GoCardless:
    name = "gocardless"
    thanks = ""

    def __init__(
        self,
        url: str,
        token: str,
        secrets: Sequence[str],
        *,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._secrets = secrets
        self._request: dict[str, Any] = {
            "base_url": url.rstrip("/"),
            "headers": {
                "Authorization": f"Bearer {token}",
                "GoCardless-Version": API_VERSION,
            },
            "timeout": timeout_s,
            "transport": transport,
            "verify": trusted(),
        }

    def hear(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[ProviderEvent]:
        if not is_signed_hex(body, [headers.get("webhook-signature", "")], self._secrets):
            raise WrongToken()
        listed = document(body).get("events")
        if not isinstance(listed, list) or len(listed) > _LARGEST_BATCH:
            raise InvalidInput.field("events", "a list of events is needed here")
        return [_event(event) for event in listed]

    async def state(self, payment: str) -> ProviderState | None:
        """`payment` may be the id of a refund (RF...), whose payment is looked up first."""
        async with httpx.AsyncClient(**self._request) as client:
            if payment.startswith("RF"):
                refund = await _get(client, "refunds", payment)
                links = (refund or {}).get("links")
                if not isinstance(links, dict) or not text_or_none(links, "payment"):
                    return None
                payment = text_at(links, "payment")
            found = await _get(client, "payments", payment)
        return None if found is None else _state(found)


async def _get(client: httpx.AsyncClient, noun: str, name: str) -> dict[str, Any] | None:
    try:
        response = await client.get(f"/{noun}/{quote(name, safe='')}")
        if response.status_code in {404, 410, 422}:
            return None
        found = response.json().get(noun) if response.status_code == 200 else None
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        raise ProviderAway(f"the payment provider: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise ProviderAway(f"the payment provider answered {response.status_code}")
    return found


def _state(found: Mapping[str, Any]) -> ProviderState:
    try:
        amount = money_of(found["amount"], found["currency"], {})
        outcome = _OUTCOMES[found["status"]]
        # A debit can fail after it was confirmed, and be tried again: what was booked of it is gone
        # until it is confirmed once more.
        is_here = outcome == "paid" and found["status"] != "charged_back"
        return ProviderState(
            id=text_at(found, "id"),
            outcome=outcome,
            amount=amount,
            charged_back=Money(int(found.get("amount_refunded") or 0), amount.currency)
            if is_here
            else amount,
            metadata=found.get("metadata") or {},
        )
    except (KeyError, TypeError, ValueError, InvalidInput):
        raise ProviderAway("the payment provider answered something else") from None


def _event(event: object) -> ProviderEvent:
    if not isinstance(event, dict):
        raise InvalidInput.field("events", "an event is needed here")
    noun, action = text_at(event, "resource_type"), text_at(event, "action")
    links = event.get("links")
    links = links if isinstance(links, dict) else {}
    payment = text_or_none(links, "payment") or text_or_none(links, "refund")
    kind = _KINDS.get(noun, "other")
    return ProviderEvent(
        id=text_at(event, "id"),
        kind=kind if kind != "changed" or payment else "other",
        type=f"{noun}.{action}",
        occurred_at=moment(str(event.get("created_at") or "")),
        payment=payment or text_or_none(links, "payout") or text_or_none(links, "mandate"),
    )
