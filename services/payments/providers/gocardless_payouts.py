"""A payout at GoCardless as a whole: its items, by the reference it has at the bank.

Items are told in fractions of a minor unit and for payouts of the last six months; their sum,
rounded, is what is paid out (GoCardless docs, "Payout items").
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

import httpx

from services.payments.domain.payouts import PartKind, PayoutPart, PayoutSeen, Settlement
from services.payments.providers.gocardless import API_VERSION
from services.payments.providers.provider import ProviderAway, money_of, text_at, text_or_none
from services.payments.providers.reading import Reader, reading
from shared.currency import EXPONENTS
from shared.errors import InvalidInput

_PAGE: Final = 500
_MOST_PAGES: Final = 10_000
_KINDS: Final[Mapping[str, PartKind]] = {
    "payment_paid_out": "payment",
    "payment_failed": "taken",
    "payment_charged_back": "taken",
    "payment_refunded": "taken",
    "refund": "taken",
    "refund_funds_returned": "reinstated",
}
_COSTS: Final = {"gocardless_fee", "app_fee", "surcharge_fee", "revenue_share"}


class GoCardlessPayouts:
    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}", "GoCardless-Version": API_VERSION}
        self._reading = partial(reading, url, headers, timeout_s=timeout_s, transport=transport)

    async def settlement(self, payout: PayoutSeen) -> Settlement | None:
        try:
            async with self._reading() as reader:
                asked = {"reference": payout.reference, "currency": payout.amount.currency}
                found = [row async for row in _listed(reader, "payouts", asked)]
                if not found:
                    return None
                # One reference may stand for several payouts; the amount tells which.
                best = min(found, key=lambda row: _amount(row) != payout.amount)
                items = _listed(reader, "payout_items", {"payout": text_at(best, "id")})
                return _settlement(best, [item async for item in items])
        except (KeyError, TypeError, AttributeError, ArithmeticError, InvalidInput):
            raise ProviderAway("the payment provider answered something else") from None


async def _listed(
    reader: Reader, noun: str, asked: Mapping[str, Any]
) -> AsyncIterator[Mapping[str, Any]]:
    """All rows of a list, page after page."""
    params = {**asked, "limit": _PAGE}
    for _ in range(_MOST_PAGES):
        page = await reader.document(f"/{noun}", params)
        if page is None:
            return
        for row in page[noun]:
            yield row
        after = ((page.get("meta") or {}).get("cursors") or {}).get("after")
        if after is None:
            return
        params["after"] = after
    raise ProviderAway("the payment provider's list has no end")


def _settlement(found: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> Settlement:
    currency = text_at(found, "currency")
    parts, fees, taxes = [], Decimal(0), Decimal(0)
    for item in items:
        kind, minor = text_at(item, "type"), Decimal(text_at(item, "amount"))
        if kind in _COSTS:
            fees -= minor
            taxes += sum((Decimal(tax["amount"]) for tax in item.get("taxes") or ()), Decimal(0))
            continue
        if minor != minor.to_integral_value():
            raise InvalidInput.field("amount", "a part of a cent was paid")
        links = item.get("links") or {}
        parts.append(
            PayoutPart(
                text_or_none(links, "payment") or text_or_none(links, "refund"),
                money_of(int(minor), currency, {}),
                _KINDS.get(kind),
            )
        )
    # Whether the taxes are in the fees already is told by what was deducted in all.
    deducted = Decimal(int(found.get("deducted_fees") or 0))
    costs = min((fees, fees + taxes), key=lambda sum_: abs(sum_ - deducted))
    return Settlement(
        id=text_at(found, "id"),
        amount=_amount(found),
        parts=parts,
        costs=costs.scaleb(-EXPONENTS[currency]),
    )


def _amount(found: Mapping[str, Any]) -> Any:
    return money_of(found["amount"], text_at(found, "currency"), {})
