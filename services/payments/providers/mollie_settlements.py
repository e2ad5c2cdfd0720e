"""A settlement at Mollie as a whole: its amount, what is in it, and what it cost.

It is found by the reference its payout has at the bank (Mollie docs, "Get settlement"); what is
in it comes in pages of three lists.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from services.payments.domain.payouts import PartKind, PayoutPart, PayoutSeen, Settlement
from services.payments.providers.provider import ProviderAway
from services.payments.providers.reading import reading
from shared.errors import InvalidInput
from shared.money import Money

Get = Callable[[str], Awaitable[dict[str, Any] | None]]

# Which list holds what, the field with the payment's id, and the sign of its money.
_LISTS: Final[tuple[tuple[str, str, int, PartKind], ...]] = (
    ("payments", "id", 1, "payment"),
    ("refunds", "paymentId", -1, "taken"),
    ("chargebacks", "paymentId", -1, "taken"),
)
_MOST_PAGES = 1_000


class MolliePayouts:
    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}"}
        self._reading = partial(reading, url, headers, timeout_s=timeout_s, transport=transport)

    async def settlement(self, payout: PayoutSeen) -> Settlement | None:
        async with self._reading() as reader:
            return await _read(reader.document, quote(payout.reference, safe=""))


async def _read(get: Get, reference: str) -> Settlement | None:
    found = await get(f"/v2/settlements/{reference}")
    if found is None:
        return None
    try:
        parts = []
        for noun, named, sign, kind in _LISTS:
            for row in await _all(get, f"/v2/settlements/{found['id']}/{noun}?limit=250", noun):
                money = _money(row["amount"])
                part = PayoutPart(str(row[named]), money if sign > 0 else -money, kind)
                parts.append(part)
        return Settlement(
            id=str(found["id"]),
            amount=_money(found["amount"]),
            parts=parts,
            costs=_costs(found.get("periods") or {}),
        )
    except (KeyError, TypeError, AttributeError, ArithmeticError, InvalidInput):
        raise ProviderAway("the payment provider answered something else") from None


async def _all(get: Get, path: str, noun: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    following: str | None = path
    for _ in range(_MOST_PAGES):
        if following is None:
            return rows
        page = await get(following) or {}
        rows += (page.get("_embedded") or {}).get(noun) or []
        link = ((page.get("_links") or {}).get("next") or {}).get("href")
        # The path alone: our key goes to the provider we were configured with, nowhere else.
        parts = urlsplit(link) if link else None
        following = f"{parts.path}?{parts.query}" if parts else None
    raise ProviderAway("the payment provider's list has no end")


def _costs(periods: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Decimal:
    """All costs with their VAT, in major units; Mollie writes them in four decimals."""
    return sum(
        (
            Decimal(cost["amountGross"]["value"])
            for months in periods.values()
            for period in months.values()
            for cost in period.get("costs") or ()
        ),
        Decimal(0),
    )


def _money(amount: Mapping[str, str]) -> Money:
    return Money.parse(amount["value"], amount["currency"])
