"""What a decision about a case can be: a step, a wait, a block or an end, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.collections.domain.collection_costs import Costs
from shared.money import Money

Figure = str | int | date | Money | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code and the figures its sentence needs (see `sentences`)."""

    code: str
    figures: tuple[tuple[str, Figure], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice in a step. `step` is its own rung, which can be lower than the letter's.

    `version` is the balance the decision was taken on.
    """

    invoice_id: UUID
    version: int
    step: str


@dataclass(frozen=True, slots=True)
class Do:
    """Take `step` now. One message serves all `lines`; record each line's own step.

    `costs`: what a 14-day letter must name, or what a costs step imposes; `costs_from` the first
    day these are owed by law. `letter_id`: the letter whose term has run out.
    """

    step: str
    kind: Literal["message", "task", "costs"]
    reason: Reason
    lines: tuple[Line, ...]
    template: str
    channel: str | None = None
    addressee: Literal["customer", "administrator"] = "customer"
    costs: Costs | None = None
    costs_from: date | None = None
    letter_id: UUID | None = None
    wording: str | None = None
    claims_interest: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing today; look again on `until` (None: when a fact changes)."""

    until: date | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Blocked:
    """A guard says no. `reason.code` is the guard's name, `source` the rule it stands on."""

    reason: Reason
    until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Close:
    """There is nothing left to collect."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Allowed:
    """No guard objects."""


ALLOWED = Allowed()
Decision = Do | Wait | Blocked | Close
Verdict = Allowed | Blocked
