"""Payments: what came in, whose it is said to be, and how that is changed by hand."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.payments.api.history_views import HappeningShown, history_shown
from services.payments.api.payment_views import (
    IbanEnding,
    PaymentShown,
    Story,
    payment_shown,
    story_shown,
)
from services.payments.api.queue import NoteText
from services.payments.api.queue_views import Language
from services.payments.repository import desk, matching
from services.payments.use_cases.index_iban_endings import indexes_meant
from services.payments.use_cases.match_by_hand import (
    MatchByHand,
    Wish,
    match_by_hand,
    move_by_hand,
    undo_by_hand,
)
from services.payments.use_cases.reclassify_payout import reclassify_payout
from services.payments.use_cases.show_payments import show_story
from services.payments.use_cases.work_queue import note
from shared.auth import Principal, caller, requires
from shared.db import WriteSession
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money

router = noun_router("/payments", "payments")

_ID = "019ab000-0000-7000-8000-000000000001"


class WishBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    invoice_id: UUID
    amount: Money


class MatchBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "allocations": [
                        {"invoice_id": _ID, "amount": {"amount": 4_250, "currency": "EUR"}}
                    ]
                }
            ]
        },
    )

    allocations: Annotated[list[WishBody], Field(min_length=1, max_length=100)]
    write_off_rest: bool = Field(
        default=False,
        description="give up what stays open of these invoices; beyond the creditor's limit for"
        " clerks it needs payments:approve",
    )
    remember: bool = Field(
        default=True, description="learn that this account pays for these customers"
    )
    note: NoteText | None = Field(None, description="why, for who looks later")

    async def command(self, session: WriteSession, principal: Principal) -> MatchByHand:
        may_approve = "payments:approve" in principal.scopes
        limit = (await desk.rules(session)).clerk_write_off_max_minor
        return MatchByHand(
            wishes=[Wish(wish.invoice_id, wish.amount) for wish in self.allocations],
            write_off_rest=self.write_off_rest,
            write_off_max_minor=None if may_approve else limit,
            remember=self.remember,
            note=self.note,
        )


class UndoBody(BaseModel):
    """Without `allocation_ids` everything the payment is allocated to is undone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    allocation_ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=100)] = None
    note: NoteText | None = Field(None, description="why, for who looks later")


class MoveBody(MatchBody):
    """As a match, after `undo` (or everything) was taken back in the same step."""

    undo: Annotated[list[UUID] | None, Field(min_length=1, max_length=100)] = Field(
        None, description="the allocations to take back; all of the payment's when left out"
    )


class NoteBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "called, will call back"}]}
    )

    text: NoteText


class PayoutBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reference": "1234567.2605.03"}]}
    )

    reference: Annotated[str, Field(min_length=1, max_length=140)]
    provider: Literal["mollie", "adyen", "stripe", "gocardless"] = "mollie"


@router.get("", dependencies=[requires("payments:read")])
async def list_payments(
    request: Request,
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    status: Literal["unallocated", "partly_allocated", "allocated", "reversed", "reclassified"]
    | None = None,
    source: Literal["bank", "direct_debit", "provider"] | None = None,
    account_id: UUID | None = None,
    line_id: Annotated[UUID | None, Query(description="of a statement")] = None,
    amount_from: Annotated[int | None, Query(description="minor units")] = None,
    amount_to: Annotated[int | None, Query(description="minor units")] = None,
    booked_from: date | None = None,
    booked_to: date | None = None,
    iban_ending: IbanEnding = None,
) -> Page[PaymentShown]:
    """What came in, the oldest upload first."""
    vault = request.app.state.service.vault
    rows = await matching.payments(
        session,
        paging,
        ending_indexes=indexes_meant(iban_ending, vault) if iban_ending else (),
        customer_id=customer_id,
        status=status,
        source=source,
        account_id=account_id,
        line_id=line_id,
        within={
            "amount_minor": (amount_from, amount_to),
            "booked_on": (booked_from, booked_to),
        },
    )
    return paging.page(rows, payment_shown, lambda row: (row.id,))


@router.get("/{payment_id}", dependencies=[requires("payments:read")])
async def get_payment(
    request: Request, session: Reading, payment_id: UUID, language: Language
) -> Story:
    """A payment with its story: where it came from, what it was meant for, who decided and when."""
    view = await show_story(session, payment_id, vault=request.app.state.service.vault)
    return story_shown(view, language)


@router.post("/{payment_id}/match", dependencies=[requires("payments:write")])
async def match(
    request: Request, session: Writing, payment_id: UUID, body: MatchBody
) -> PaymentShown:
    """Allocate a queued payment by hand, to one invoice or several, of one customer or several."""
    command = await body.command(session, caller(request))
    vault = request.app.state.service.vault
    return payment_shown(await match_by_hand(session, payment_id, command, vault=vault))


@router.post("/{payment_id}/move", dependencies=[requires("payments:write")])
async def move(
    request: Request, session: Writing, payment_id: UUID, body: MoveBody
) -> PaymentShown:
    """It was meant for somebody else: undo and match in one step, or neither."""
    command = await body.command(session, caller(request))
    vault = request.app.state.service.vault
    return payment_shown(await move_by_hand(session, payment_id, body.undo, command, vault=vault))


@router.post("/{payment_id}/undo", dependencies=[requires("payments:write")])
async def undo(
    request: Request, session: Writing, payment_id: UUID, body: UndoBody
) -> PaymentShown:
    """Take back allocations by counter-entry; the payment is in the queue again."""
    vault = request.app.state.service.vault
    return payment_shown(
        await undo_by_hand(session, payment_id, body.allocation_ids, note=body.note, vault=vault)
    )


@router.post("/{payment_id}/notes", status_code=201, dependencies=[requires("payments:write")])
async def write_note(
    request: Request, session: Writing, payment_id: UUID, body: NoteBody, language: Language
) -> list[HappeningShown]:
    """Write something beside a payment; answers its history."""
    vault = request.app.state.service.vault
    await note(session, payment_id, body.text, vault=vault)
    return history_shown(await show_story(session, payment_id, vault=vault), language)


@router.get("/{payment_id}/history", dependencies=[requires("payments:read")])
async def get_history(
    request: Request, session: Reading, payment_id: UUID, language: Language
) -> list[HappeningShown]:
    """All that happened to it and to its allocations, oldest first: what, who, when and why."""
    vault = request.app.state.service.vault
    return history_shown(await show_story(session, payment_id, vault=vault), language)


@router.post("/{payment_id}/payout", dependencies=[requires("payments:approve")])
async def payout(session: Writing, payment_id: UUID, body: PayoutBody) -> PaymentShown:
    """A queued payment is the provider's payout: book it as that."""
    return payment_shown(
        await reclassify_payout(session, payment_id, body.reference, body.provider)
    )
