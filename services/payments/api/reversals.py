"""What a bank took back of its own accord: which payment it was, for a person to say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.payments.api.queue_views import Language
from services.payments.api.reversal_views import ReversalShown, reversal_shown
from services.payments.models import ReversalNote
from services.payments.repository import reversals
from services.payments.use_cases.decide_reversal import (
    PartTaken,
    dismiss_reversal,
    settle_by_hand,
)
from services.payments.use_cases.note_queued import REVERSAL_NOTES, show_queued_notes
from services.payments.use_cases.show_reversals import show_reversals
from shared.auth import requires
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money

router = noun_router("/reversals", "reversals")

_ID = "019ab000-0000-7000-8000-000000000001"
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class TakenPartBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    payment_id: UUID
    amount: Money = Field(description="what the bank took of this payment")


class SettleReversalBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "parts": [{"payment_id": _ID, "amount": {"amount": 5000, "currency": "EUR"}}],
                    "reason": "the bank says that it had booked this twice",
                }
            ]
        },
    )

    parts: Annotated[list[TakenPartBody], Field(min_length=1, max_length=100)]
    reason: Reason


class DismissReversalBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "a return of the former office's debits"}]},
    )

    reason: Reason


class ReversalPart(BaseModel):
    payment_id: UUID
    amount: Money


class ReversalHappening(BaseModel):
    at: datetime
    actor: str
    what: str = Field(description="hold, release, assign, settle or dismiss")
    why: str | None
    assignee: str | None = None
    held_until: date | None = None


class ReversalWhole(ReversalShown):
    """The parts sum to the amount once it is settled."""

    parts: list[ReversalPart]
    assigned_to: str | None
    held_until: date | None
    history: list[ReversalHappening] = Field(description="what people did with it, and why")


@router.get("/{reversal_id}", dependencies=[requires("payments:read")])
async def get_reversal(
    request: Request, session: Reading, reversal_id: UUID, language: Language
) -> ReversalWhole:
    return await _whole(request, session, reversal_id, language)


@router.post("/{reversal_id}/settle", dependencies=[requires("payments:write")])
async def settle(
    request: Request,
    session: Writing,
    reversal_id: UUID,
    body: SettleReversalBody,
    language: Language,
) -> ReversalWhole:
    """Say which payments it takes back, wholly or in part: their invoices are open again by that
    much. The parts make the whole of it, and came into the same account."""
    parts = [PartTaken(part.payment_id, part.amount) for part in body.parts]
    vault = request.app.state.service.vault
    await settle_by_hand(session, reversal_id, parts, body.reason, vault=vault)
    return await _whole(request, session, reversal_id, language)


@router.post("/{reversal_id}/dismiss", dependencies=[requires("payments:write")])
async def dismiss(
    request: Request,
    session: Writing,
    reversal_id: UUID,
    body: DismissReversalBody,
    language: Language,
) -> ReversalWhole:
    """Say that it takes back no payment we know: its line stays outside matching."""
    vault = request.app.state.service.vault
    await dismiss_reversal(session, reversal_id, body.reason, vault=vault)
    return await _whole(request, session, reversal_id, language)


async def _whole(
    request: Request, session: Reading | Writing, reversal_id: UUID, language: str
) -> ReversalWhole:
    vault = request.app.state.service.vault
    row = await reversals.reversal(session, reversal_id)
    view = (await show_reversals(session, [row], vault=vault))[reversal_id]
    notes = await reversals.notes_of(session, reversal_id)
    texts = await show_queued_notes(session, REVERSAL_NOTES, notes, vault=vault)
    parts = await reversals.parts_of(session, reversal_id)
    whole: dict[str, Any] = dict(reversal_shown(view, language))
    return ReversalWhole(
        **whole,
        parts=[
            ReversalPart(payment_id=one.payment_id, amount=Money(one.amount_minor, one.currency))
            for one in parts
        ],
        assigned_to=row.assigned_to,
        held_until=row.held_until,
        history=[_happening(note, texts[note.id]) for note in notes],
    )


def _happening(note: ReversalNote, text: str | None) -> ReversalHappening:
    return ReversalHappening(
        at=note.created_at,
        actor=note.actor,
        what=note.kind,
        why=text,
        assignee=note.detail.get("assignee"),
        held_until=note.detail.get("until"),
    )
