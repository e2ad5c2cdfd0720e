"""Whether an announcement of direct debits is still true when it is about to be written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Overtaken:
    """It is not written. `is_void`: nothing is left to announce; else a person must know."""

    reason: str
    is_void: bool


def still_true(
    facts: dict[str, Any], ended: Collection[UUID], today: date
) -> dict[str, Any] | Overtaken:
    """The facts without the debits that ended before the bank was asked.

    From the day of collection on, "we will collect" announces nothing any more. What names no
    debits stays as it is: it does not fit its template, and is refused for that.
    """
    announced = facts.get("debits")
    if not announced:
        return facts
    debits = [debit for debit in announced if UUID(debit["debit_id"]) not in ended]
    if not debits:
        return Overtaken("debits_ended", is_void=True)
    if date.fromisoformat(facts["collect_on"]) <= today:
        return Overtaken("announced_too_late", is_void=False)
    return {**facts, "debits": debits}


def revoked(facts: dict[str, Any], ended: Collection[UUID]) -> dict[str, Any]:
    """An announcement that left, as it stands when it is revoked: what of it will not take place,
    and what still will."""
    split: dict[bool, list[Any]] = {True: [], False: []}
    for debit in facts["debits"]:
        split[UUID(debit["debit_id"]) in ended].append(debit)
    return {**facts, "debits": split[True], "remaining": split[False]}
