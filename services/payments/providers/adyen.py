"""Adyen's standard webhooks: batches of notification items, each signed by itself.

The signature is base64 of HMAC-SHA256 under the key (hex) over eight fields joined by colons,
as they are, nothing escaped (Adyen docs, "Verify HMAC signatures").
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.payments.providers.provider import (
    BadSignature,
    Kind,
    ProviderEvent,
    TellsAll,
    document,
    moment,
    money_of,
    text_at,
    text_or_none,
)
from shared.errors import InvalidInput

# Where Adyen's decimals are not ISO 4217's (Adyen docs, "Currency codes").
_EXPONENTS: Final = {"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2}
_SUCCEEDED: Final[Mapping[str, Kind]] = {
    "AUTHORISATION": "paid",
    "CAPTURE": "paid",
    "CANCELLATION": "cancelled",
    "TECHNICAL_CANCEL": "cancelled",
    "OFFER_CLOSED": "expired",
    "EXPIRE": "expired",
    "REFUND": "refunded",
    "CANCEL_OR_REFUND": "refunded",
    "CAPTURE_FAILED": "charged_back",
    "CHARGEBACK": "charged_back",
    "SECOND_CHARGEBACK": "charged_back",
    "CHARGEBACK_REVERSED": "chargeback_reversed",
    "REFUND_FAILED": "refund_failed",
    "REFUNDED_REVERSED": "refund_failed",
    "PAIDOUT": "paid_out",
    "REPORT_AVAILABLE": "report",
}
# What ends an authorisation before it was captured.
_VOIDS: Final = {"CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE"}
_FAILED: Final[Mapping[str, Kind]] = {"AUTHORISATION": "failed"}
_LARGEST_BATCH = 1_000


class Adyen(TellsAll):
    """`captures_by_hand`: an authorisation is no money yet, only its capture is. Else it counts as
    money, and what ends it before its capture takes that back."""

    name = "adyen"
    thanks = "[accepted]"

    def __init__(self, keys_hex: Sequence[str], *, captures_by_hand: bool = False) -> None:
        self._keys = [bytes.fromhex(key) for key in keys_hex]
        self._captures_by_hand = captures_by_hand

    def hear(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[ProviderEvent]:
        listed = document(body).get("notificationItems")
        if not isinstance(listed, list) or not 0 < len(listed) <= _LARGEST_BATCH:
            raise InvalidInput.field("notificationItems", "a list of items is needed here")
        items = []
        for wrapped in listed:
            item = wrapped.get("NotificationRequestItem") if isinstance(wrapped, dict) else None
            if not isinstance(item, dict):
                raise InvalidInput.field("NotificationRequestItem", "an item is needed here")
            items.append(item)
        if not all(self._is_signed(item) for item in items):
            raise BadSignature()
        return [self._event(item) for item in items]

    def _is_signed(self, item: Mapping[str, Any]) -> bool:
        extra = item.get("additionalData")
        given = extra.get("hmacSignature") if isinstance(extra, dict) else None
        try:
            digest = base64.b64decode(given or "", validate=True)
        except (binascii.Error, ValueError, TypeError):
            return False
        words = signed_text(item).encode(errors="surrogatepass")
        return any(
            hmac.compare_digest(hmac.digest(key, words, "sha256"), digest) for key in self._keys
        )

    def _event(self, item: Mapping[str, Any]) -> ProviderEvent:
        code, succeeded = text_at(item, "eventCode"), str(item.get("success")).lower() == "true"
        reference, original = text_at(item, "pspReference"), text_or_none(item, "originalReference")
        amount = item.get("amount") or {}
        if not isinstance(amount, dict):
            raise InvalidInput.field("amount", "a value and a currency are needed here")
        kind = self._kind(code) if succeeded else _FAILED.get(code, "other")
        if kind == "report":
            return _report(item, reference)
        return ProviderEvent(
            # Adyen tells one event of a payment by this pair, however often it is repeated.
            id=f"{code}:{reference}:{'yes' if succeeded else 'no'}",
            kind=kind,
            type=code,
            occurred_at=moment(str(item.get("eventDate") or "")),
            payment=original or reference,
            reference=text_or_none(item, "merchantReference"),
            amount=money_of(amount["value"], amount.get("currency"), _EXPONENTS)
            if amount.get("value") is not None
            else None,
        )

    def _kind(self, code: str) -> Kind:
        if code == "AUTHORISATION" and self._captures_by_hand:
            return "other"
        if code in _VOIDS and not self._captures_by_hand:
            return "charged_back"
        return _SUCCEEDED.get(code, "other")


def _report(item: Mapping[str, Any], file_name: str) -> ProviderEvent:
    """A report can be fetched: its file name, and the account it is of. Both are signed, the
    address in `reason` is not."""
    account = text_at(item, "merchantAccountCode")
    return ProviderEvent(
        id=f"REPORT_AVAILABLE:{account}:{file_name}",
        kind="report",
        type="REPORT_AVAILABLE",
        occurred_at=moment(str(item.get("eventDate") or "")),
        payment=file_name,
        reference=account,
    )


def signed_text(item: Mapping[str, Any]) -> str:
    amount = item.get("amount")
    amount = amount if isinstance(amount, dict) else {}
    values = (
        item.get("pspReference"),
        item.get("originalReference"),
        item.get("merchantAccountCode"),
        item.get("merchantReference"),
        amount.get("value"),
        amount.get("currency"),
        item.get("eventCode"),
        item.get("success"),
    )
    return ":".join("" if value is None else _written(value) for value in values)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
