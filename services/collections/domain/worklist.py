"""The worklist: whom to contact now, why, and what to do. An item is work for a person.

Time goes to the people who need it most: terms that run out first, then those in a weak place,
then what early contact mends best, then the larger and the older sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from services.collections.domain.decisions import Reason
from services.collections.domain.transition import Transitions
from shared.money import Money

NOUN = "work item"
INITIAL = "open"

TRANSITIONS: Transitions = {
    ("open", "take"): "taken",
    ("taken", "release"): "open",
    ("open", "finish"): "done",
    ("taken", "finish"): "done",
    # What it was made for went away by itself: paid, withdrawn, closed.
    ("open", "drop"): "dropped",
    ("taken", "drop"): "dropped",
}

# Kind of work to the next action, most urgent kind first; the order is the priority.
NEXT_ACTIONS = MappingProxyType(
    {
        "estate": "write_to_heirs",
        "insolvency": "file_claim",
        "debt_help": "answer_debt_help",
        "dispute": "answer_dispute",
        "costs_review": "review_costs",
        "debit_to_mend": "mend_debit",
        "debit_returned": "call_about_return",
        "arrangement_missed": "call_about_instalment",
        "promise_broken": "call_about_promise",
        "arrangement_proposed": "answer_proposal",
        "call": "call_customer",
        "unreachable": "find_contact",
        "administrator_unknown": "find_administrator",
        "prescription": "interrupt_prescription",
        "charge_rejected": "check_charge",
        "bailiff_handover": "approve_handover",
        "write_off": "approve_write_off",
    }
)
_RANKS = {kind: rank for rank, kind in enumerate(NEXT_ACTIONS)}

# A term within this time is treated as running out.
_SOON = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class WorkItem:
    """`due_on`: a term of law or a promise of ours. `not_before`: somebody put it off till then.

    `is_vulnerable`: illness, debt help or another known reason for care; no detail is held.
    """

    item_id: UUID
    customer_id: UUID
    kind: str
    reason: Reason
    created_on: date
    open_amount: Money
    due_on: date | None = None
    not_before: date | None = None
    is_vulnerable: bool = False

    @property
    def next_action(self) -> str:
        return NEXT_ACTIONS[self.kind]


def in_order(items: Iterable[WorkItem], today: date) -> list[WorkItem]:
    """The items that can be worked on today, most urgent first; ties end at the id."""
    ready = (item for item in items if item.not_before is None or item.not_before <= today)
    return sorted(ready, key=lambda item: priority(item, today))


def priority(item: WorkItem, today: date) -> tuple[int, bool, int, int, date, int]:
    """A sort key, smallest first. Amounts of one creditor share a currency."""
    return (
        _urgency(item.due_on, today),
        not item.is_vulnerable,
        _RANKS[item.kind],
        -item.open_amount.minor,
        item.created_on,
        item.item_id.int,
    )


def _urgency(due_on: date | None, today: date) -> int:
    """0: overdue or due today; 1: running out; 2: there is time."""
    if due_on is None:
        return 2
    if due_on <= today:
        return 0
    return 1 if due_on <= today + _SOON else 2
