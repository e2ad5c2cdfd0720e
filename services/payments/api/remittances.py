"""Bulk sums of bailiffs and debt-help offices, and the specifications that take them apart."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.payments.api.queue_views import StrayShown, stray_shown
from services.payments.domain.remittance import Layout
from services.payments.models import Remittance, RemittanceSender
from services.payments.repository import remittances as rows
from services.payments.use_cases.place_stray import PlaceStray, place_stray
from services.payments.use_cases.receive_remittance import receive_remittance
from services.payments.use_cases.save_sender import SaveSender, save_sender
from services.payments.use_cases.settle_remittances import (
    cancel_remittance,
    settle_by_hand,
    settle_remittances,
)
from services.payments.use_cases.show_remittances import (
    PartView,
    RemittanceView,
    show_remittance,
    with_numbers,
)
from shared.auth import requires
from shared.http.etag import IfMatch, set_etag
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money

senders = noun_router("/remittance-senders", "remittances")
remittances = noun_router("/remittances", "remittances")
ROUTERS: tuple[APIRouter, ...] = (senders, remittances)

Heading = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_\-]{0,39}$")]

_LAYOUT: dict[str, Any] = {
    "reference": "Uw kenmerk",
    "gross": "Ontvangen",
    "fee": "Kosten",
    "net": "Afdracht",
    "paid_on": "Datum",
    "decimal_comma": True,
    "date_format": "%d-%m-%Y",
}


class LayoutBody(BaseModel):
    """The headings of the sender's columns; of gross, fee and net two are enough."""

    model_config = ConfigDict(extra="forbid")

    reference: Heading
    gross: Heading | None = None
    fee: Heading | None = None
    net: Heading | None = None
    paid_on: Heading | None = None
    decimal_comma: bool = True
    date_format: Literal["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%Y%m%d"] = "%d-%m-%Y"


class SenderBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Gerechtsdeurwaarder Voorbeeld",
                    "iban": "NL91 ABNA 0417 1643 00",
                    "layout": _LAYOUT,
                }
            ]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=140)]
    iban: Annotated[str, Field(max_length=50)]
    layout: LayoutBody


class SenderShown(BaseModel):
    code: str
    version: int
    name: str
    iban_ending: str
    layout: LayoutBody


class RemittanceShown(BaseModel):
    id: UUID
    version: int
    status: str
    sender_id: UUID
    gross: Money
    fee: Money
    net: Money = Field(description="what is to come in on the account")
    parts: int
    payment_id: UUID | None
    received_by: str
    created_at: datetime


class PartShown(BaseModel):
    line: int
    invoice_id: UUID
    invoice_number: str | None
    customer_id: UUID
    gross: Money
    fee: Money
    paid_on: date | None


class WaitingSum(BaseModel):
    payment_id: UUID
    amount: Money
    difference: Money = Field(description="what came in beyond what was specified")


class RemittanceStory(RemittanceShown):
    """With its parts and, while it waits, the sums of the same sender that differ from it."""

    sender_code: str
    specified: list[PartShown] = Field(
        description="the first 1,000; all of them: GET /remittances/{id}/parts"
    )
    strays: list[StrayShown] = Field(description="rows that a person has to place, the first 1,000")
    waiting_sums: list[WaitingSum]


class SettleBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"payment_id": "019ab000-0000-7000-8000-000000000001"}]},
    )

    payment_id: UUID


class PlaceBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"invoice_id": "019ab000-0000-7000-8000-000000000002"}]},
    )

    invoice_id: UUID


@senders.get("", dependencies=[requires("payments:read")])
async def list_senders(session: Reading) -> list[SenderShown]:
    return [_sender(row) for row in await rows.senders(session)]


@senders.put("/{code}", dependencies=[requires("payments:admin")])
async def put_sender(
    request: Request,
    session: Writing,
    code: Code,
    body: SenderBody,
    response: Response,
    if_match: IfMatch = None,
) -> SenderShown:
    """Register a sender of bulk sums, or change how its specifications are read."""
    command = SaveSender(
        code=code,
        name=body.name,
        iban=body.iban,
        layout=Layout(**body.layout.model_dump()),
        if_match=if_match,
    )
    sender = await save_sender(session, command, vault=request.app.state.service.vault)
    set_etag(response, sender.version)
    return _sender(sender)


_CSV: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@remittances.post(
    "", status_code=201, dependencies=[requires("payments:write")], openapi_extra=_CSV
)
async def upload_remittance(
    request: Request,
    session: Writing,
    response: Response,
    sender: Annotated[Code, Query(description="the code of a registered sender")],
) -> RemittanceStory:
    """A specification (CSV): stored whole, or refused with each bad line and field.

    A row that names no invoice for certain is for a person to place; when none does, all is
    refused.

    Taken apart at once when its sum is on the account already, else when it comes. The same file
    again changes nothing and is answered with status 200.
    """
    vault = request.app.state.service.vault
    received = await receive_remittance(session, sender, await request.body(), vault=vault)
    if received.is_new:
        await settle_remittances(session)
    else:
        response.status_code = 200
    return _story(await show_remittance(session, received.remittance.id, vault=vault))


@remittances.get("", dependencies=[requires("payments:read")])
async def list_remittances(
    session: Reading,
    paging: PageOf,
    status: Literal["waiting", "settled", "cancelled"] | None = None,
) -> Page[RemittanceShown]:
    found = await rows.remittances(session, paging, status=status)
    return paging.page(found, _shown, lambda row: (row.id,))


@remittances.get("/{remittance_id}", dependencies=[requires("payments:read")])
async def get_remittance(
    request: Request, session: Reading, remittance_id: UUID
) -> RemittanceStory:
    vault = request.app.state.service.vault
    return _story(await show_remittance(session, remittance_id, vault=vault))


@remittances.get("/{remittance_id}/parts", dependencies=[requires("payments:read")])
async def list_parts(session: Reading, remittance_id: UUID, paging: PageOf) -> Page[PartShown]:
    """What is specified, in the order of the file."""
    currency = (await rows.remittance(session, remittance_id)).currency
    after_line = int(paging.after[0]) if paging.after else 0
    found = await rows.parts(session, remittance_id, paging.limit + 1, after_line)
    return paging.page(
        await with_numbers(session, found),
        lambda one: _part(one, currency),
        lambda one: (one.part.line,),
    )


@remittances.post("/{remittance_id}/settle", dependencies=[requires("payments:write")])
async def settle(
    request: Request, session: Writing, remittance_id: UUID, body: SettleBody
) -> RemittanceStory:
    """This payment is the sum it specifies; what is more stays in the queue."""
    await settle_by_hand(session, remittance_id, body.payment_id)
    vault = request.app.state.service.vault
    return _story(await show_remittance(session, remittance_id, vault=vault))


@remittances.post("/{remittance_id}/strays/{line}", dependencies=[requires("payments:write")])
async def place(
    request: Request, session: Writing, remittance_id: UUID, line: int, body: PlaceBody
) -> RemittanceStory:
    """Say which invoice a row is about; paid at once when the sum was taken apart already."""
    command = PlaceStray(remittance_id=remittance_id, line=line, invoice_id=body.invoice_id)
    await place_stray(session, command)
    vault = request.app.state.service.vault
    return _story(await show_remittance(session, remittance_id, vault=vault))


@remittances.post("/{remittance_id}/cancel", dependencies=[requires("payments:write")])
async def cancel(request: Request, session: Writing, remittance_id: UUID) -> RemittanceStory:
    """It was wrong: nothing waits for it any more."""
    await cancel_remittance(session, remittance_id)
    vault = request.app.state.service.vault
    return _story(await show_remittance(session, remittance_id, vault=vault))


def _sender(row: RemittanceSender) -> SenderShown:
    return SenderShown(
        code=row.code,
        version=row.version,
        name=row.name,
        iban_ending=row.iban_ending,
        layout=LayoutBody.model_validate(row.layout),
    )


def _shown(row: Remittance) -> RemittanceShown:
    return RemittanceShown(
        id=row.id,
        version=row.version,
        status=row.status,
        sender_id=row.sender_id,
        gross=Money(row.gross_minor, row.currency),
        fee=Money(row.fee_minor, row.currency),
        net=Money(row.net_minor, row.currency),
        parts=row.part_count,
        payment_id=row.payment_id,
        received_by=row.received_by,
        created_at=row.created_at,
    )


def _part(one: PartView, currency: str) -> PartShown:
    part = one.part
    return PartShown(
        line=part.line,
        invoice_id=part.invoice_id,
        invoice_number=one.invoice_number,
        customer_id=part.customer_id,
        gross=Money(part.gross_minor, currency),
        fee=Money(part.fee_minor, currency),
        paid_on=part.paid_on,
    )


def _story(view: RemittanceView) -> RemittanceStory:
    shown = _shown(view.remittance)
    currency = shown.net.currency
    return RemittanceStory(
        **dict(shown),
        sender_code=view.sender.code,
        specified=[_part(one, currency) for one in view.parts],
        strays=[stray_shown(one, currency) for one in view.strays],
        waiting_sums=[
            WaitingSum(payment_id=payment_id, amount=amount, difference=amount - shown.net)
            for payment_id, amount in view.waiting
            if amount.currency == currency
        ],
    )
