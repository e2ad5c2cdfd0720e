"""The queue: what a person has to look at, payments above all, and what can be done with it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.payments.api.payment_views import IbanEnding, payment_shown
from services.payments.api.queue_views import (
    AcceptedShown,
    Language,
    QueueItem,
    QueueSummary,
    Refusal,
    payout_item,
    queue_item,
    reversal_item,
    summary_shown,
)
from services.payments.domain.desk import DeskRules
from services.payments.domain.queue_texts import REFUSALS, text_of
from services.payments.models import BankReversal
from services.payments.repository import desk
from services.payments.repository import queue as rows
from services.payments.repository.queue_payouts import QueuedPayout, payout_counts
from services.payments.repository.queue_reversals import reversal_counts
from services.payments.use_cases import work_queue
from services.payments.use_cases.accept_suggestions import Acceptance, accept_suggestions
from services.payments.use_cases.business_day import today_of
from services.payments.use_cases.search_queue import Found, QueueSearch, cursor_of, search_queue
from services.payments.use_cases.set_desk_rules import set_desk_rules
from services.payments.use_cases.show_payments import show_queue
from services.payments.use_cases.show_reversals import show_reversals
from shared.auth import Caller, requires
from shared.http.etag import IfMatch, set_etag
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router

router = noun_router("/queue", "queue")

_ID = "019ab000-0000-7000-8000-000000000001"
NoteText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Number = Annotated[str | None, Query(min_length=1, max_length=40)]
QueuedId = Annotated[UUID, Path(description="of the payment, the payout or the reversal")]
Sort = Literal["oldest", "newest", "smallest", "largest", "surest"]


def _example(**body: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [body]})


class AcceptanceBody(BaseModel):
    model_config = _example(payment_id=_ID, proof="0" * 32)

    payment_id: UUID
    proof: Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="of the candidate shown")]


class AcceptBody(BaseModel):
    model_config = _example(items=[{"payment_id": _ID, "proof": "0" * 32}])

    items: Annotated[list[AcceptanceBody], Field(min_length=1, max_length=500)]
    remember: bool = Field(default=True, description="learn who pays for whom from it")


class HoldBody(BaseModel):
    model_config = _example(until="2026-05-01", reason="the payer calls back")

    until: date = Field(description="the first day it waits again")
    reason: NoteText


class AssignBody(BaseModel):
    model_config = _example(payment_ids=[_ID], assignee="anna")

    payment_ids: Annotated[list[UUID], Field(max_length=500)] = []
    payout_ids: Annotated[list[UUID], Field(max_length=500)] = []
    reversal_ids: Annotated[list[UUID], Field(max_length=500)] = []
    assignee: Annotated[str | None, Field(min_length=1, max_length=100)] = Field(
        description="the subject of a clerk's token, `me`, or null for nobody"
    )

    @model_validator(mode="after")
    def _names_some(self) -> AssignBody:
        if not self.payment_ids and not self.payout_ids and not self.reversal_ids:
            raise ValueError("name at least one payment, payout or reversal")
        return self


class SettingsBody(BaseModel):
    model_config = _example(credit_to_next_invoice=True, clerk_write_off_max_minor=100)

    credit_to_next_invoice: bool
    clerk_write_off_max_minor: Annotated[int, Field(ge=0, le=100_000)]


class SettingsShown(SettingsBody):
    version: int


def _search(
    caller: Caller,
    reason: Annotated[str | None, Query(max_length=60)] = None,
    source: Literal["bank", "direct_debit", "provider"] | None = None,
    show: Literal["waiting", "held", "all"] = "waiting",
    account_id: UUID | None = None,
    amount_from: Annotated[int | None, Query(description="minor units")] = None,
    amount_to: Annotated[int | None, Query(description="minor units")] = None,
    booked_from: date | None = None,
    booked_to: date | None = None,
    customer_number: Number = None,
    invoice_number: Annotated[Number, Query(description="whole, or how it ends")] = None,
    iban: Annotated[str | None, Query(max_length=50, description="the payer's account")] = None,
    iban_ending: IbanEnding = None,
    assigned_to: Annotated[
        str | None, Query(max_length=100, description="a clerk's subject, `me` or `nobody`")
    ] = None,
) -> QueueSearch:
    return QueueSearch(
        reason=reason,
        source=source,
        show=show,
        account_id=account_id,
        amount_from=amount_from,
        amount_to=amount_to,
        booked_from=booked_from,
        booked_to=booked_to,
        customer_number=customer_number,
        invoice_number=invoice_number,
        iban=iban,
        iban_ending=iban_ending,
        assigned_to=caller.subject if assigned_to == "me" else assigned_to,
    )


@router.get("", dependencies=[requires("payments:read")])
async def list_queue(
    request: Request,
    session: Reading,
    paging: PageOf,
    search: Annotated[QueueSearch, Depends(_search)],
    language: Language,
    sort: Sort = "oldest",
) -> Page[QueueItem]:
    """What waits for a person: payments with money nobody could place for certain, with what is
    known and proposed, payouts that do not add up, with what differs, and what banks took back.

    What a payer wrote is sealed and cannot be searched; `iban` and `iban_ending` find by keyed
    hashes.
    """
    vault = request.app.state.service.vault
    found = await search_queue(session, paging, search, sort, vault=vault)
    payments = [one for one in found if not isinstance(one, QueuedPayout | BankReversal)]
    taken = [one for one in found if isinstance(one, BankReversal)]
    reversals = await show_reversals(session, taken, vault=vault)
    views = {view.payment.id: view for view in await show_queue(session, payments, vault=vault)}

    def shown(one: Found) -> QueueItem:
        if isinstance(one, BankReversal):
            return reversal_item(reversals[one.id], language)
        if isinstance(one, QueuedPayout):
            return payout_item(one, language)
        return queue_item(views[one[0].id], language)

    return paging.page(found, shown, lambda one: cursor_of(sort, one))


@router.get("/summary", dependencies=[requires("payments:read")])
async def summarise_queue(session: Reading, language: Language) -> QueueSummary:
    """How many wait for which reason, how much money, and since when."""
    today = await today_of(session)
    counts = [
        *await rows.counts(session, today),
        *await payout_counts(session, today),
        *await reversal_counts(session, today),
    ]
    return summary_shown(counts, language)


@router.post("/accept", dependencies=[requires("payments:write")])
async def accept(
    request: Request, session: Writing, body: AcceptBody, language: Language
) -> AcceptedShown:
    """Allocate many payments as the queue proposed, or keep them as the customer's credit.

    Each is accepted only while its proposal is what was shown; the others come back with the
    reason and stay in the queue.
    """
    wanted = [Acceptance(item.payment_id, item.proof) for item in body.items]
    vault = request.app.state.service.vault
    done = await accept_suggestions(session, wanted, remember=body.remember, vault=vault)
    return AcceptedShown(
        accepted=[payment_shown(payment) for payment in done.payments],
        refused=[
            Refusal(payment_id=payment_id, code=code, text=text_of(code, REFUSALS, language))
            for payment_id, code in done.refused.items()
        ],
    )


@router.post("/assign", status_code=204, dependencies=[requires("payments:write")])
async def assign(request: Request, session: Writing, caller: Caller, body: AssignBody) -> Response:
    """Give payments, payouts and reversals to a clerk, or to nobody."""
    assignee = caller.subject if body.assignee == "me" else body.assignee
    vault = request.app.state.service.vault
    queued_ids = [*body.payment_ids, *body.payout_ids, *body.reversal_ids]
    await work_queue.assign(session, queued_ids, assignee, vault=vault)
    return Response(status_code=204)


@router.post("/{queued_id}/hold", status_code=204, dependencies=[requires("payments:write")])
async def hold(request: Request, session: Writing, queued_id: QueuedId, body: HoldBody) -> Response:
    """Put it aside: it does not count as waiting until that day."""
    await work_queue.hold(
        session,
        queued_id,
        work_queue.Hold(body.until, body.reason),
        today=await today_of(session),
        vault=request.app.state.service.vault,
    )
    return Response(status_code=204)


@router.post("/{queued_id}/release", status_code=204, dependencies=[requires("payments:write")])
async def release(request: Request, session: Writing, queued_id: QueuedId) -> Response:
    """It waits again from now on."""
    await work_queue.release(session, queued_id, vault=request.app.state.service.vault)
    return Response(status_code=204)


@router.get("/settings", dependencies=[requires("payments:read")])
async def get_settings(session: Reading, response: Response) -> SettingsShown:
    return _settings(await desk.rules(session), response)


@router.put("/settings", dependencies=[requires("payments:admin")])
async def put_settings(
    session: Writing, body: SettingsBody, response: Response, if_match: IfMatch = None
) -> SettingsShown:
    """Whether a customer's credit goes to the next invoice, and what a clerk may give up."""
    return _settings(await set_desk_rules(session, if_match, **body.model_dump()), response)


def _settings(rules: DeskRules, response: Response) -> SettingsShown:
    set_etag(response, rules.version)
    return SettingsShown(
        version=rules.version,
        credit_to_next_invoice=rules.credit_to_next_invoice,
        clerk_write_off_max_minor=rules.clerk_write_off_max_minor,
    )
