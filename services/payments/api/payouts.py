"""Payouts of the providers on the bank account, and whether what is in them adds up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.payments.domain.payouts import SETTLEMENTS_DONE
from services.payments.models import (
    PayoutNote,
    PayoutPart,
    PayoutSettlement,
    ProviderPayout,
)
from services.payments.repository import desk, payouts, queue_payouts
from services.payments.use_cases.accept_payout import (
    AcceptDifference,
    accept_difference,
    reopen_payout,
)
from services.payments.use_cases.explain_payouts import look_again
from services.payments.use_cases.note_queued import PAYOUT_NOTES, show_queued_notes
from shared.auth import Caller, requires
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money

router = noun_router("/payouts", "payouts")


class DifferenceShown(BaseModel):
    """`payment` is the provider's id; none where the payout as a whole differs."""

    reason: str
    payment: str | None
    told: Money = Field(description="by the provider")
    booked: Money | None = Field(description="by us; none when we know nothing of it")


class PayoutShown(BaseModel):
    """`reason` says what differs: the amount at the bank, a part, or the costs."""

    payout_id: UUID
    provider: str
    reference: str
    amount: Money
    told: Money | None = Field(description="its amount in the provider's words")
    fee: Money = Field(description="what the provider kept; nothing while it differs")
    difference: Money | None = Field(
        description="missing beyond the fee (negative: too much), as `accept` asks for it;"
        " none when it agrees, or when nobody can tell"
    )
    booked_on: date
    status: str
    reason: str | None
    differences: list[DifferenceShown]
    settlement_id: str | None


class PartShown(BaseModel):
    kind: str = Field(description="payment, taken, reinstated, carried or fee")
    amount: Money
    provider_id: str | None
    payment_id: UUID | None


class PayoutHappening(BaseModel):
    at: datetime
    actor: str
    what: str = Field(description="hold, release, assign, accept or reopen")
    why: str | None
    assignee: str | None = None
    held_until: date | None = None
    difference: Money | None = None


class PayoutWhole(PayoutShown):
    """The parts sum to the amount; they are known once it is agreed."""

    parts: list[PartShown]
    assigned_to: str | None
    held_until: date | None
    history: list[PayoutHappening] = Field(description="what people did with it, and why")


Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class AcceptPayoutBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "difference": {"amount": 1, "currency": "EUR"},
                    "reason": "rounded at the provider, see its mail of 2 April",
                }
            ]
        },
    )

    difference: Money = Field(
        description="as shown; where none is shown, what the provider kept by its own papers"
    )
    reason: Reason


class ReopenPayoutBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "the payment came to light"}]}
    )

    reason: Reason


@router.get("", dependencies=[requires("payments:read")])
async def list_payouts(
    session: Reading,
    paging: PageOf,
    status: Literal["agreed", "differs", "unknown", "accepted"] | None = None,
) -> Page[PayoutShown]:
    """The oldest first; `differs` wants a person, `unknown` was not told by the provider yet."""
    rows = await payouts.payouts(session, paging, status)
    return paging.page(
        rows, lambda row: payout_shown(*row), lambda row: (row[0].booked_on, row[0].id)
    )


@router.get("/{payout_id}", dependencies=[requires("payments:read")])
async def get_payout(request: Request, session: Reading, payout_id: UUID) -> PayoutWhole:
    return await _whole(request, session, payout_id)


@router.post("/{payout_id}/check", dependencies=[requires("payments:write")])
async def check(request: Request, session: Writing, payout_id: UUID) -> PayoutWhole:
    """Ask the provider again within the minute; one that is agreed or accepted stays so."""
    shown = await _whole(request, session, payout_id)
    await look_again(session, payout_id=payout_id)
    return shown


@router.post("/{payout_id}/accept", dependencies=[requires("payments:write")])
async def accept(
    request: Request, session: Writing, caller: Caller, payout_id: UUID, body: AcceptPayoutBody
) -> PayoutWhole:
    """Accept that it differs: what is missing is booked with the provider's fees, and nothing of
    it waits any more.

    Beyond the creditor's limit for clerks (`PUT /v1/queue/settings`), and where nobody could tell
    the difference, this needs payments:approve.
    """
    command = AcceptDifference(
        difference=body.difference,
        reason=body.reason,
        max_minor=None
        if "payments:approve" in caller.scopes
        else (await desk.rules(session)).clerk_write_off_max_minor,
    )
    vault = request.app.state.service.vault
    await accept_difference(session, payout_id, command, vault=vault)
    return await _whole(request, session, payout_id)


@router.post("/{payout_id}/reopen", dependencies=[requires("payments:approve")])
async def reopen(
    request: Request, session: Writing, payout_id: UUID, body: ReopenPayoutBody
) -> PayoutWhole:
    """Take an acceptance back by counter-entry; the provider is asked again within the minute."""
    await reopen_payout(session, payout_id, body.reason, vault=request.app.state.service.vault)
    return await _whole(request, session, payout_id)


def payout_shown(payout: ProviderPayout, settlement: PayoutSettlement | None) -> PayoutShown:
    told = settlement.told_minor if settlement else None
    difference = settlement.difference_minor if settlement else None
    is_done = settlement is not None and settlement.status in SETTLEMENTS_DONE
    return PayoutShown(
        payout_id=payout.id,
        provider=payout.provider,
        reference=payout.reference,
        amount=Money(payout.amount_minor, payout.currency),
        told=None if told is None else Money(told, payout.currency),
        fee=Money(settlement.fee_minor if settlement and is_done else 0, payout.currency),
        difference=None if difference is None else Money(difference, payout.currency),
        booked_on=payout.booked_on,
        status=settlement.status if settlement else "unknown",
        reason=settlement.reason if settlement else None,
        differences=[_difference(one) for one in settlement.differences] if settlement else [],
        settlement_id=settlement.settlement_id if settlement else None,
    )


def _difference(stored: dict[str, Any]) -> DifferenceShown:
    return DifferenceShown(
        reason=stored["reason"],
        payment=stored["payment"],
        told=Money(*stored["told"]),
        booked=Money(*stored["booked"]) if stored["booked"] else None,
    )


async def _whole(request: Request, session: Reading | Writing, payout_id: UUID) -> PayoutWhole:
    payout, settlement, parts = await payouts.payout(session, payout_id)
    mark = await queue_payouts.mark_of(session, payout_id)
    notes = await queue_payouts.notes_of(session, payout_id)
    vault = request.app.state.service.vault
    texts = await show_queued_notes(session, PAYOUT_NOTES, notes, vault=vault)
    return PayoutWhole(
        **dict(payout_shown(payout, settlement)),
        parts=[_part(part) for part in parts],
        assigned_to=mark.assigned_to if mark else None,
        held_until=mark.held_until if mark else None,
        history=[_happening(note, texts[note.id], payout.currency) for note in notes],
    )


def _happening(note: PayoutNote, text: str | None, currency: str) -> PayoutHappening:
    difference = note.detail.get("difference_minor")
    return PayoutHappening(
        at=note.created_at,
        actor=note.actor,
        what=note.kind,
        why=text,
        assignee=note.detail.get("assignee"),
        held_until=note.detail.get("until"),
        difference=None if difference is None else Money(difference, currency),
    )


def _part(part: PayoutPart) -> PartShown:
    return PartShown(
        kind=part.kind,
        amount=Money(part.amount_minor, part.currency),
        provider_id=part.provider_id,
        payment_id=part.payment_id,
    )
