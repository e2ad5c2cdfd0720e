"""The history of a payment in one list: changes of status, and what people did and wrote."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.payments.domain.queue_texts import REASONS, text_of
from services.payments.domain.rule_texts import why_allocated
from services.payments.models import Allocation, PaymentNote
from services.payments.repository.history import Change
from services.payments.use_cases.show_payments import StoryView
from shared.money import Money


class HappeningShown(BaseModel):
    """One thing that happened. Which fields are filled depends on `what`."""

    at: datetime
    actor: str
    what: str = Field(description="`payment`, `allocation`, `debit`, or what a person did")
    before: str | None = None
    after: str | None = None
    why: str = Field(description="the command or event that caused it, or the words of a note")
    allocation_id: UUID | None = None
    invoice_id: UUID | None = None
    invoice_number: str | None = None
    amount: Money | None = None
    matched_by: str | None = None
    explanation: str | None = Field(None, description="of an allocation: what decided, in words")
    assignee: str | None = None
    held_until: date | None = None


def history_shown(view: StoryView, language: str) -> list[HappeningShown]:
    allocations = {row.id: row for row in view.allocations}
    told = [_change(change, allocations, view, language) for change in view.changes]
    told += [_note(note, view.note_texts[note.id]) for note in view.notes]
    # Things of one moment were done by one command: it keeps the order they are told in.
    return sorted(told, key=lambda happening: happening.at)


def _change(
    change: Change, allocations: dict[UUID, Allocation], view: StoryView, language: str
) -> HappeningShown:
    shown = HappeningShown(
        at=change.changed_at,
        actor=change.actor,
        what=change.noun,
        before=change.before,
        after=change.after,
        why=change.reason,
    )
    row = allocations.get(change.subject_id)
    if row is not None:
        shown.allocation_id, shown.invoice_id = row.id, row.invoice_id
        shown.invoice_number = view.invoice_numbers.get(row.invoice_id)
        shown.amount = Money(row.amount_minor, row.currency)
        shown.matched_by = row.matched_by
        shown.explanation = why_allocated(row.matched_by, row.order_rule, language)
        if row.reason is not None and change.after in {"rejected", "undoing", "undone"}:
            shown.why = f"{change.reason}: {text_of(row.reason, REASONS, language)}"
    return shown


def _note(note: PaymentNote, text: str | None) -> HappeningShown:
    return HappeningShown(
        at=note.created_at,
        actor=note.actor,
        what=note.kind,
        why=text or "",
        assignee=note.detail.get("assignee"),
        held_until=note.detail.get("until"),
    )
