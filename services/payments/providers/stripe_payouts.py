"""A payout at Stripe as a whole: its balance transactions, with what each came from.

Of an automatic payout Stripe lists them. One made by hand takes a sum out of the balance, and
nobody can say which payments that sum is (Stripe docs, "Payout reconciliation"): it is told as the
statement of the balance since the last one made by hand. All that moved in between is a part of it,
pending or not, and what the balance grew or shrank by is carried over.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

import httpx

from services.payments.domain.payouts import PartKind, PayoutPart, PayoutSeen, Settlement
from services.payments.providers.provider import ProviderAway, text_at
from services.payments.providers.reading import Reader, reading
from services.payments.providers.stripe import payment_of, stripe_money
from shared.errors import InvalidInput
from shared.money import Money

_API_VERSION: Final = "2024-06-20"
_MOVEMENTS: Final = "/v1/balance_transactions"
_PAGE: Final = 100
_MOST_PAGES: Final = 10_000
# Between Stripe's day of arrival and the bank's day of booking.
_AROUND: Final = timedelta(days=5)
# What is pending is available, and in an automatic payout, long before this.
_PENDING_AT_MOST: Final = timedelta(days=60)
_NEVER_LEFT: Final = {"failed", "canceled"}

_KINDS: Final[Mapping[str, PartKind]] = {
    "charge": "payment",
    "payment": "payment",
    "refund": "taken",
    "payment_refund": "taken",
    "payment_reversal": "taken",
    "payment_failure_refund": "taken",
    "refund_failure": "reinstated",
    **dict.fromkeys(
        (
            "reserve_transaction",
            "reserved_funds",
            "reserve_hold",
            "reserve_release",
            "payment_network_reserve_hold",
            "payment_network_reserve_release",
            "payout_minimum_balance_hold",
            "payout_minimum_balance_release",
            "payout_failure",
            "payout_cancel",
        ),
        "carried",
    ),
}
_COSTS: Final = {"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost"}


class StripePayouts:
    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}", "Stripe-Version": _API_VERSION}
        self._reading = partial(reading, url, headers, timeout_s=timeout_s, transport=transport)

    async def settlement(self, payout: PayoutSeen) -> Settlement | None:
        try:
            async with self._reading() as reader:
                found = await _payout(reader, payout)
                if found is None:
                    return None
                if not found["automatic"]:
                    return _statement(found, await _since_the_last(reader, found))
                asked = {"payout": text_at(found, "id"), "expand[]": "data.source"}
                rows = [row async for row in _listed(reader, _MOVEMENTS, asked)]
                return _settlement(found, rows)
        except (KeyError, TypeError, AttributeError, ValueError, InvalidInput):
            raise ProviderAway("the payment provider answered something else") from None


async def _payout(reader: Reader, seen: PayoutSeen) -> Mapping[str, Any] | None:
    """By the trace id banks show (`trace_id`), else by its amount: the one nearest in time."""
    day = datetime.combine(seen.booked_on, time(), UTC)
    asked = {
        "arrival_date[gte]": int((day - _AROUND).timestamp()),
        "arrival_date[lte]": int((day + _AROUND).timestamp()),
    }
    same = []
    words = seen.reference.split()
    async for found in _listed(reader, "/v1/payouts", asked):
        if text_at(found, "id") in seen.taken:
            continue
        if (found.get("trace_id") or {}).get("value") in words:
            return found
        if _money(found) == seen.amount and found["status"] in {"paid", "in_transit"}:
            away = abs(int(found["arrival_date"]) - int(day.timestamp()))
            same.append((away, text_at(found, "id"), found))
    same.sort(key=lambda one: one[:2])
    if len(same) > 1 and same[0][0] == same[1][0]:
        return None
    return same[0][2] if same else None


async def _since_the_last(reader: Reader, found: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What moved the balance since the payout made by hand before, the newest first: this one,
    which may have its costs, and all between that no automatic payout took."""
    own = text_at(found, "balance_transaction")
    asked = {"currency": found["currency"], "expand[]": "data.source", "starting_after": own}
    first = int(found["created"]) - int(_PENDING_AT_MOST.total_seconds())
    rows: list[Mapping[str, Any]] = [await reader.document(f"{_MOVEMENTS}/{own}") or {}]
    taken: set[str] = set()
    async for row in _listed(reader, _MOVEMENTS, asked):
        if row["type"] != "payout":
            rows.append(row)
            continue
        payout = row["source"]
        if payout["status"] in _NEVER_LEFT:
            continue
        if not payout["automatic"] or row["created"] < first:
            break
        of_it = {"payout": text_at(payout, "id")}
        taken |= {text_at(one, "id") async for one in _listed(reader, _MOVEMENTS, of_it)}
    return [row for row in rows if text_at(row, "id") not in taken]


async def _listed(
    reader: Reader, path: str, asked: Mapping[str, Any]
) -> AsyncIterator[Mapping[str, Any]]:
    """All rows of a list, page after page."""
    params = {**asked, "limit": _PAGE}
    for _ in range(_MOST_PAGES):
        page = await reader.document(path, params) or {}
        rows = page["data"]
        for row in rows:
            yield row
        if not page.get("has_more") or not rows:
            return
        params["starting_after"] = text_at(rows[-1], "id")
    raise ProviderAway("the payment provider's list has no end")


def _statement(found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Settlement:
    """What the parts do not make of the amount was on the balance before, or stays there."""
    told = _settlement(found, rows)
    parts = [part for part in told.parts if part.kind != "carried"]
    moved = Money.total((part.amount for part in parts), told.amount.currency)
    moved -= Money.from_decimal(told.costs, told.amount.currency)
    if moved != told.amount:
        parts.append(PayoutPart(None, told.amount - moved, "carried"))
    return Settlement(id=told.id, amount=told.amount, parts=parts, costs=told.costs)


def _settlement(found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Settlement:
    parts, costs = [], Decimal(0)
    for row in rows:
        kind, amount = text_at(row, "type"), _money(row)
        costs += stripe_money(row["fee"], row["currency"]).to_decimal()
        if kind == "payout":
            continue
        if kind in _COSTS:
            costs -= amount.to_decimal()
            continue
        parts.append(_part(kind, amount, row.get("source")))
    return Settlement(id=text_at(found, "id"), amount=_money(found), parts=parts, costs=costs)


def _part(kind: str, amount: Money, source: object) -> PayoutPart:
    """A dispute is an adjustment: its money goes, and comes again when it is won."""
    known = _KINDS.get(kind)
    if kind == "adjustment" and isinstance(source, dict) and source.get("object") == "dispute":
        known = "taken" if amount.minor < 0 else "reinstated"
    return PayoutPart(payment_of(source) if isinstance(source, dict) else None, amount, known)


def _money(row: Mapping[str, Any]) -> Money:
    return stripe_money(row["amount"], row["currency"])
