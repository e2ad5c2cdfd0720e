"""A settlement at Mollie as a whole: its amount, what is in it, and what it cost.

It is found by the reference its payout has at the bank (Mollie docs, "Get settlement"); what is
in it comes in pages of three lists. Chargebacks that were won and refunds that could not be paid
are in none of them, only in the sums ("Settlement report"): where the lists leave such money over,
the movements of the balance between this settlement and the one before name their payments
("List balance transactions", which needs `balances.read`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
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
# What comes again; a balance ends a settlement by an outgoing transfer.
_REINSTATED: Final = {"chargeback-reversal", "returned-refund"}
_PAID_OUT: Final = "outgoing-transfer"


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
        amount, costs = _money(found["amount"]), _costs(found.get("periods") or {})
        listed = Money.total((part.amount for part in parts), amount.currency)
        if listed.to_decimal() - costs < amount.to_decimal():
            parts += await _come_again(get, found)
        return Settlement(id=str(found["id"]), amount=amount, parts=parts, costs=costs)
    except (KeyError, TypeError, AttributeError, ArithmeticError, InvalidInput):
        raise ProviderAway("the payment provider answered something else") from None


async def _come_again(get: Get, settlement: Mapping[str, Any]) -> list[PayoutPart]:
    """The newest movements come first, so that the settlement's own transfer precedes them."""
    parts, is_in_it = [], False
    balance = quote(str(settlement.get("balanceId") or "primary"), safe="")
    path = f"/v2/balances/{balance}/transactions?limit=250"
    async for row in _rows(get, path, "balance_transactions"):
        context = _context(row)
        if row["type"] == _PAID_OUT:
            if is_in_it:
                break
            is_in_it = context.get("settlementId") == settlement["id"]
        elif is_in_it and row["type"] in _REINSTATED:
            money = _money(row["initialAmount"])
            parts.append(PayoutPart(str(context["paymentId"]), money, "reinstated"))
    return parts


def _context(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Told as it is, or under a name of the movement's type."""
    told: Mapping[str, Any] = row.get("context") or {}
    return next((inner for inner in told.values() if isinstance(inner, dict)), told)


async def _all(get: Get, path: str, noun: str) -> list[Mapping[str, Any]]:
    return [row async for row in _rows(get, path, noun)]


async def _rows(get: Get, path: str, noun: str) -> AsyncIterator[Mapping[str, Any]]:
    following: str | None = path
    for _ in range(_MOST_PAGES):
        if following is None:
            return
        page = await get(following) or {}
        for row in (page.get("_embedded") or {}).get(noun) or []:
            yield row
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
