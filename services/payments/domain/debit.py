"""Direct debits: our identifiers in them, what a return means, and who may be debited (again)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.money import Money

# An end-to-end id holds 35 characters: this prefix and the hexadecimal UUID of the debit.
_PREFIX: Final = "INN"
_OURS = re.compile(rf"{_PREFIX}([0-9A-F]{{32}})", re.ASCII)

# SEPA Core rulebook reason codes: insufficient funds, or a reason the bank withholds, which in
# the Netherlands mostly masks the same.
RETRIED_ONCE: Final = frozenset({"AM04", "MS03"})
# The file was at fault, not the debtor.
RETRIED_AFTER_REPAIR: Final = frozenset(
    {"AG02", "BE05", "MD02", "RC01", "RR01", "RR02", "RR03", "RR04", "FF01", "TM01"}
)
# The account or the mandate cannot be used again as it is.
MANDATE_SUSPENDED_BY: Final = frozenset(
    {"AC01", "AC04", "AC06", "AC13", "AG01", "MD01", "MD07", "SL01"}
)
# "Reason not specified": what we write when a bank tells none.
REASON_NOT_TOLD: Final = "MS03"


def our_reference(of: UUID) -> str:
    """The identifier of a debit or batch in bank files: 35 characters, unique, nothing personal."""
    return f"{_PREFIX}{of.hex.upper()}"


def from_our_reference(text: str | None) -> UUID | None:
    """The debit or batch behind an identifier that came back; None when it is not ours."""
    found = _OURS.fullmatch("".join((text or "").split()).upper())
    return UUID(found.group(1)) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An open item to be collected by direct debit, as a run finds it."""

    invoice_id: UUID
    customer_id: UUID
    available: Money
    mandate_id: UUID | None
    is_held: bool
    returned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run collects, and for what reason it leaves how many items out."""

    debits: tuple[Due, ...]
    left_out: dict[str, int]


def plan_run(due: Iterable[Due], currency: str) -> RunPlan:
    debits, left_out = [], Counter[str]()
    for item in due:
        reason = _why_not(item, currency)
        if reason is None:
            debits.append(item)
        else:
            left_out[reason] += 1
    return RunPlan(tuple(debits), dict(left_out))


def _why_not(item: Due, currency: str) -> str | None:
    if item.available.minor <= 0:
        return "nothing_left"
    if item.available.currency != currency:
        return "other_currency"
    if item.is_held:
        return "held"
    if item.mandate_id is None:
        return "no_active_mandate"
    if not may_retry(item.returned):
        return "returned_before"
    return None


def may_retry(returned: Sequence[str]) -> bool:
    """Whether an item whose debits came back with these codes may be debited again.

    Once after a lack of funds; after repair when the file was wrong; never against the debtor's
    will (MD06, MS02) without a person looking at it.
    """
    once = sum(code in RETRIED_ONCE for code in returned)
    return once <= 1 and all(
        code in RETRIED_ONCE or code in RETRIED_AFTER_REPAIR for code in returned
    )
