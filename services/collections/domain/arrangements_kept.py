"""Whether the running arrangements of a customer are kept: what each one asks for today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.collections.domain.arrangement import (
    ArrangementRules,
    Break,
    Complete,
    Kept,
    Outcome,
    Warn,
    Warned,
    judge,
    standing,
)
from services.collections.domain.decisions import ALLOWED
from services.collections.domain.dossier import Dossier, RunningArrangement
from services.collections.domain.facts import CaseFacts
from services.collections.domain.jurisdiction import Jurisdiction
from services.collections.domain.step_guards import check_sending

RULES = ArrangementRules()


@dataclass(frozen=True, slots=True)
class ArrangementChange:
    """What happens to an arrangement today: one warning, the end by breach, or the good end."""

    arrangement: RunningArrangement
    outcome: Warn | Break | Complete

    @property
    def ends_as(self) -> Literal["broken", "completed"] | None:
        if isinstance(self.outcome, Warn):
            return None
        return "broken" if isinstance(self.outcome, Break) else "completed"

    def warnings_after(self, today: date) -> tuple[Warned, ...]:
        warnings = self.arrangement.warnings
        if isinstance(self.outcome, Warn):
            return (*warnings, Warned(self.outcome.missed.number, today))
        return warnings


def review_arrangements(
    dossier: Dossier, law: Jurisdiction, today: date, now: datetime
) -> tuple[ArrangementChange, ...]:
    """A warning and a breach are told to the customer, so they wait for an hour of contact."""
    may_tell = law.calendar.is_contact_day(today)
    may_tell = may_tell and check_sending("email", now, law) is ALLOWED
    found = []
    for arrangement in dossier.arrangements:
        outcome = judge_running(arrangement, dossier.facts, today)
        if isinstance(outcome, Complete) or (may_tell and isinstance(outcome, Warn | Break)):
            found.append(ArrangementChange(arrangement, outcome))
    return tuple(found)


def judge_running(arrangement: RunningArrangement, facts: CaseFacts, today: date) -> Outcome:
    """As `judge`; complete as well when nothing of it is open, however that came about."""
    open_ids = {r.invoice_id for r in facts.receivables if r.open_minor > 0}
    if not arrangement.claim_ids & open_ids:
        return Complete(today)
    received, warnings = arrangement.received, arrangement.warnings
    return judge(arrangement.instalments, received, warnings, today, RULES)


def awaits_repair(arrangement: RunningArrangement, today: date) -> bool:
    """A warning is out over an instalment that is still missing."""
    arrived = [payment for payment in arrangement.received if payment.received_on <= today]
    places = standing(arrangement.instalments, arrived)
    warned = {warning.number for warning in arrangement.warnings}
    return any(p.settled_on is None and p.instalment.number in warned for p in places)


def holds_until(arrangement: RunningArrangement, facts: CaseFacts, today: date) -> date:
    outcome = judge_running(arrangement, facts, today)
    return outcome.look_again_on if isinstance(outcome, Kept) else today


def without_ended(facts: CaseFacts, changes: Sequence[ArrangementChange]) -> CaseFacts:
    """An arrangement that ended no longer holds anything back."""
    ended = {change.arrangement.claim_ids for change in changes if change.ends_as}
    if not ended:
        return facts
    kept = (a for a in facts.arrangements if a.status != "active" or a.covers not in ended)
    return replace(facts, arrangements=tuple(kept))
