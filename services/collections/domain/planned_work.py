"""Which work an evaluation leaves for people, and which work has gone away by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from services.collections.domain.arrangement import Warn
from services.collections.domain.arrangements_kept import ArrangementChange, awaits_repair
from services.collections.domain.decisions import ALLOWED, Blocked, Do, Reason
from services.collections.domain.dossier import Dossier, OpenWork
from services.collections.domain.facts import CaseFacts
from services.collections.domain.guards import check_customer, check_invoice, is_administered
from services.collections.domain.jurisdiction import Jurisdiction
from shared.ids import derived_id

HANDOVER = "bailiff_handover"
MEND = "debit_to_mend"

# A guard that a person has to resolve, and the kind of work it makes.
WORK_OF_BLOCK = MappingProxyType(
    {
        "deceased": "estate",
        "bankruptcy": "insolvency",
        "suspension_of_payments": "insolvency",
        "debt_restructuring": "insolvency",
        "moratorium": "debt_help",
        "debt_help": "debt_help",
        "administrator_unknown": "administrator_unknown",
        "prescribed": "prescription",
        "unreachable": "unreachable",
    }
)
_ABOUT_THE_PERSON = frozenset({"estate", "insolvency", "debt_help", "administrator_unknown"})
_ABOUT_ARREARS = frozenset({"unreachable", "prescription", "promise_broken", "debit_returned"})


@dataclass(frozen=True, slots=True)
class PlannedWork:
    item_id: UUID
    kind: str
    reason: Reason
    subject_id: UUID | None = None
    due_on: date | None = None


def work_of_task(do: Do, step_id: UUID) -> PlannedWork:
    kind = HANDOVER if do.template == HANDOVER else "call"
    return PlannedWork(derived_id(step_id, "work"), kind, do.reason, step_id)


def work_of_outcome(dossier: Dossier, outcome: object, today: date) -> list[PlannedWork]:
    """A block that only a person can lift; once, however long it stands."""
    if not isinstance(outcome, Blocked):
        return []
    kind = WORK_OF_BLOCK.get(outcome.reason.code)
    if kind is None or kind in {item.kind for item in dossier.work}:
        return []
    item_id = derived_id(dossier.customer_id, "work", kind, today)
    return [PlannedWork(item_id, kind, outcome.reason)]


def work_of_overcharges(dossier: Dossier) -> list[PlannedWork]:
    return [
        PlannedWork(
            derived_id(found.step_id, "review"), "costs_review", found.reason, found.step_id
        )
        for found in dossier.overcharges
    ]


def work_of_debits(dossier: Dossier) -> list[PlannedWork]:
    return [
        PlannedWork(derived_id(debit.debit_id, "mend"), MEND, debit.reason, debit.debit_id)
        for debit in dossier.debits_to_mend
    ]


def work_of_changes(changes: Sequence[ArrangementChange]) -> list[PlannedWork]:
    """A missed instalment, while it can still be repaired."""
    found = []
    for change in changes:
        if isinstance(change.outcome, Warn):
            missed, subject = change.outcome.missed, change.arrangement.arrangement_id
            reason = Reason(
                "instalment_missed", (("instalment", missed.number), ("due_on", missed.due_on))
            )
            item_id, repair_by = (
                derived_id(subject, "work", missed.number),
                change.outcome.repair_by,
            )
            found.append(PlannedWork(item_id, "arrangement_missed", reason, subject, repair_by))
    return found


def obsolete_work(
    dossier: Dossier,
    facts: CaseFacts,
    changes: Sequence[ArrangementChange],
    law: Jurisdiction,
    today: date,
) -> list[OpenWork]:
    """Paid, disputed, arranged or lifted meanwhile: nobody should call about it any more."""
    overdue = [r for r in facts.receivables if r.open_minor > 0 and r.due_on < today]
    is_free = check_customer(facts, law, today) is ALLOWED
    pursued = {
        r.invoice_id for r in overdue if is_free and check_invoice(facts, r, law, today) is ALLOWED
    }
    ended = {change.arrangement.arrangement_id for change in changes if change.ends_as}
    awaited = {
        arrangement.arrangement_id
        for arrangement in dossier.arrangements
        if arrangement.arrangement_id not in ended and awaits_repair(arrangement, today)
    }
    reasons = {WORK_OF_BLOCK.get(flag.kind.value) for flag in facts.flags}
    if not facts.administrator_known and is_administered(facts, today):
        reasons.add("administrator_unknown")

    def lasts(item: OpenWork) -> bool:
        if item.covers is not None:
            return bool(item.covers & pursued)
        if item.kind == MEND:
            return item.subject_id in {debit.debit_id for debit in dossier.debits_to_mend}
        if item.kind == "arrangement_missed":
            return item.subject_id in awaited
        if item.kind in _ABOUT_THE_PERSON:
            return bool(overdue) and item.kind in reasons
        return bool(overdue) or item.kind not in _ABOUT_ARREARS

    return [item for item in dossier.work if not lasts(item)]
