"""Facts about made-up customers, with defaults that let a test say only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from services.collections.domain.decisions import Decision, Do
from services.collections.domain.facts import CaseFacts, MessageState, Receivable, StepTaken
from services.collections.domain.ladder import DunningPolicy, policy_in_force
from services.collections.domain.policy import decide
from shared.money import Money

APPROVED = "fourteen_days_from_the_day_after_delivery"
_SPACE = UUID("0197a000-0000-7000-8000-000000000000")


def id_of(name: str) -> UUID:
    """The same id for the same name, so that a story can refer to its invoices."""
    return uuid5(_SPACE, name)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def water_policy(day: date = date(2026, 9, 1)) -> DunningPolicy:
    return policy_in_force("nl-water", day)


def receivable(name: str, due_on: date, principal: str = "142.60", **changes: Any) -> Receivable:
    """An open invoice `name`, issued on the first day of the month before it fell due."""
    values: dict[str, Any] = {
        "invoice_id": id_of(name),
        "version": 1,
        "number": name,
        "issued_on": date(due_on.year, due_on.month, 1),
        "due_on": due_on,
        "principal": eur(principal),
        "costs": eur("0.00"),
        "interest": eur("0.00"),
    }
    return Receivable(**values | changes)


def taken(code: str, on: date, *invoices: str, **changes: Any) -> StepTaken:
    """A step whose message went out by post on the day it was taken."""
    values: dict[str, Any] = {
        "step_id": id_of(f"{code} {on} {invoices}"),
        "code": code,
        "taken_on": on,
        "covers": frozenset(id_of(name) for name in invoices),
        "message": MessageState.SENT,
        "sent_on": on,
        "channel": "letter",
    }
    return StepTaken(**values | changes)


def letter(on: date, *invoices: str, costs: str | None = "40.00", **changes: Any) -> StepTaken:
    """A faultless 14-day letter."""
    named = {"wording": APPROVED, "costs": eur(costs) if costs else None}
    return taken("fourteen_day_letter", on, *invoices, **named | changes)


def facts(*receivables: Receivable, **changes: Any) -> CaseFacts:
    """A Dutch consumer who can be reached by e-mail and by post."""
    values: dict[str, Any] = {
        "jurisdiction": "NL",
        "kind": "consumer",
        "receivables": receivables,
        "channels": frozenset({"email", "letter"}),
    }
    return CaseFacts(**values | changes)


def carried_out(before: CaseFacts, decision: Decision, on: date) -> CaseFacts:
    """The facts after a step was taken and its message, if any, left the same day."""
    assert isinstance(decision, Do)
    made = []
    for code in dict.fromkeys(line.step for line in decision.lines):
        covers = frozenset(line.invoice_id for line in decision.lines if line.step == code)
        is_message = decision.kind == "message"
        made.append(
            StepTaken(
                step_id=uuid5(_SPACE, f"{code} {on} {sorted(map(str, covers))}"),
                code=code,
                taken_on=on,
                covers=covers,
                message=MessageState.SENT if is_message else MessageState.NONE,
                sent_on=on if is_message else None,
                channel=decision.channel,
                wording=decision.wording if code == decision.step else None,
                costs=decision.costs.net if decision.costs and code == decision.step else None,
                letter_id=decision.letter_id,
            )
        )
    return replace(before, steps=(*before.steps, *made))


def lines_of(decision: Decision) -> dict[UUID, str]:
    assert isinstance(decision, Do)
    return {line.invoice_id: line.step for line in decision.lines}


def steps_made(
    start: CaseFacts, first: date, days: int, policy: DunningPolicy
) -> list[tuple[date, str]]:
    """The steps taken when each day's decisions are carried out at once."""
    current, made = start, []
    for day in (first + timedelta(days=n) for n in range(days)):
        while isinstance(decision := decide(current, policy, day), Do):
            made.append((day, decision.step))
            current = carried_out(current, decision, day)
    return made


def step_of(decision: Decision) -> str:
    assert isinstance(decision, Do), decision
    return decision.step
