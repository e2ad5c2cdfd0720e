"""A settlement at Mollie as a whole: its amount, what is in it, and what it cost.

It is found by the reference its payout has at the bank (Mollie docs, "Get settlement"); what is
in it comes in pages of three lists.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from services.payments.domain.payouts import PayoutPart, Settlement
from services.payments.providers.provider import ProviderAway
from shared.errors import InvalidInput
from shared.money import Money

Get = Callable[[str], Awaitable[dict[str, Any] | None]]

# Which list holds what, the field with the payment's id, and the sign of its money.
_LISTS: Final = (
    ("payments", "id", 1),
    ("refunds", "paymentId", -1),
    ("chargebacks", "paymentId", -1),
)
_MOST_PAGES = 1_000


async def read_settlement(get: Get, reference: str) -> Settlement | None:
    """None when the provider knows no such settlement; `get` reads one document by its path."""
    found = await get(f"/v2/settlements/{reference}")
    if found is None:
        return None
    try:
        parts = []
        for noun, named, sign in _LISTS:
            for row in await _all(get, f"/v2/settlements/{found['id']}/{noun}?limit=250", noun):
                money = _money(row["amount"])
                parts.append(PayoutPart(str(row[named]), money if sign > 0 else -money))
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
