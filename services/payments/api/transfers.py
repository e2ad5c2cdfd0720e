"""Money going out: refunds, returns to senders, levies; one person asks, another approves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.payments.api.file_answer import file_answer
from services.payments.api.payment_views import ChangeShown, changes_shown
from services.payments.config import settings_of
from services.payments.domain.debit import our_reference
from services.payments.formats.pain001 import Version
from services.payments.models import Transfer, TransferFile
from services.payments.repository import history, parties
from services.payments.repository import transfers as transfer_rows
from services.payments.use_cases.ask_transfer import AskTransfer, ask_transfer
from services.payments.use_cases.decide_transfer import approve_transfer, end_transfer
from services.payments.use_cases.show_transfers import Payee, show_payees
from services.payments.use_cases.write_transfer_file import (
    make_transfer_file,
    write_transfer_file,
)
from shared.auth import requires
from shared.clock import business_date
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

transfers = noun_router("/transfers", "transfers")
files = noun_router("/transfer-files", "transfer files")
ROUTERS: tuple[APIRouter, ...] = (transfers, files)

Kind = Literal["refund", "return_to_sender", "levy"]
Status = Literal["asked", "approved", "refused", "cancelled", "in_file", "executed", "rejected"]

_ID = "019ab000-0000-7000-8000-000000000001"


class TransferBody(BaseModel):
    """Out of a payment: without `amount` its whole rest; without `iban` the account it came from,
    or the customer's mandate. A levy has no payment and names amount, account and name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "refund",
                    "payment_id": _ID,
                    "amount": {"amount": 4_250, "currency": "EUR"},
                    "text": "Terugbetaling 2026-0001",
                }
            ]
        },
    )

    kind: Kind
    payment_id: UUID | None = None
    amount: Money | None = None
    iban: Annotated[str | None, Field(max_length=42)] = None
    name: Annotated[str | None, Field(min_length=1, max_length=70)] = None
    text: Annotated[str | None, Field(min_length=1, max_length=140)] = None
    despite_duplicate: bool = False


class EndBody(BaseModel):
    """`refuse` what was asked, `cancel` before it is in a file, `reject`: the bank did not pay."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "wrong_account"}]}
    )

    reason: Annotated[str, Field(pattern="^[a-z0-9_]{1,40}$")]


class TransferShown(BaseModel):
    """`name_check`: whether the payee is known to hold the account; a hint for who approves."""

    id: UUID
    version: int
    kind: Kind
    status: Status
    payment_id: UUID | None
    customer_id: UUID | None
    amount: Money
    name: str | None
    iban: str | None
    text: str | None
    name_check: Literal["match", "close", "no_match", "unknown"]
    end_to_end_id: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    file_id: UUID | None
    executed_on: date | None
    line_id: UUID | None = Field(description="the bank line that shows it")
    executed_by: str | None = Field(description="who said so, when no statement did by itself")
    executed_reason: str | None


class TransferStory(TransferShown):
    history: list[ChangeShown]


class FileBody(BaseModel):
    """Without `transfer_ids` everything approved; executed today at the earliest."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"execute_on": "2026-05-26"}]}
    )

    transfer_ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=10_000)] = None
    execute_on: date | None = None


class FileShown(BaseModel):
    id: UUID
    reference: str
    execute_on: date
    transfers: int
    total: Money
    created_at: datetime
    created_by: str


@transfers.post("", status_code=201, dependencies=[requires("payments:write")])
async def ask(request: Request, session: Writing, body: TransferBody) -> TransferShown:
    """Ask for a transfer. What it takes of a payment cannot be allocated meanwhile."""
    vault = request.app.state.service.vault
    transfer = await ask_transfer(session, AskTransfer(**dict(body)), vault=vault)
    return await show_one(request, session, transfer)


@transfers.get("", dependencies=[requires("payments:read")])
async def list_transfers(
    request: Request,
    session: Reading,
    paging: PageOf,
    status: Status | None = None,
    kind: Kind | None = None,
    payment_id: UUID | None = None,
    customer_id: UUID | None = None,
    file_id: UUID | None = None,
    looks_executed: Annotated[
        bool | None,
        Query(
            description="only those in a file that a bank line without our reference looks like:"
            " the same money to the same account"
        ),
    ] = None,
) -> Page[TransferShown]:
    rows = await transfer_rows.transfers(
        session,
        paging,
        status=status,
        kind=kind,
        payment_id=payment_id,
        customer_id=customer_id,
        file_id=file_id,
        looks_executed=bool(looks_executed),
    )
    payees = await show_payees(session, rows, vault=request.app.state.service.vault)
    return paging.page(rows, lambda row: _shown(row, payees.get(row.id)), lambda row: (row.id,))


@transfers.get("/{transfer_id}", dependencies=[requires("payments:read")])
async def get_transfer(request: Request, session: Reading, transfer_id: UUID) -> TransferStory:
    """With who asked, approved, and whatever came after, in that order."""
    shown = await show_one(request, session, await transfer_rows.transfer(session, transfer_id))
    changes = await history.changes_of(session, [transfer_id])
    return TransferStory(**dict(shown), history=changes_shown(changes))


@transfers.post("/{transfer_id}/approve", dependencies=[requires("payments:approve")])
async def approve(request: Request, session: Writing, transfer_id: UUID) -> TransferShown:
    """Not by who asked, and up to the limit of the role."""
    return await show_one(request, session, await approve_transfer(session, transfer_id))


@transfers.post("/{transfer_id}/refuse", dependencies=[requires("payments:approve")])
async def refuse(
    request: Request, session: Writing, transfer_id: UUID, body: EndBody
) -> TransferShown:
    """Say no to what was asked; the payment has its rest back."""
    transfer = await end_transfer(session, transfer_id, "refuse", body.reason)
    return await show_one(request, session, transfer)


@transfers.post("/{transfer_id}/cancel", dependencies=[requires("payments:write")])
async def cancel(
    request: Request, session: Writing, transfer_id: UUID, body: EndBody
) -> TransferShown:
    """Take it back before it is in a file."""
    transfer = await end_transfer(session, transfer_id, "cancel", body.reason)
    return await show_one(request, session, transfer)


@transfers.post("/{transfer_id}/reject", dependencies=[requires("payments:approve")])
async def reject(
    request: Request, session: Writing, transfer_id: UUID, body: EndBody
) -> TransferShown:
    """The bank did not execute it, and no report will say so."""
    transfer = await end_transfer(session, transfer_id, "reject", body.reason)
    return await show_one(request, session, transfer)


@files.post("", status_code=201, dependencies=[requires("payments:approve")])
async def make_file(request: Request, session: Writing, body: FileBody) -> FileShown:
    """Put approved transfers in a file for the bank."""
    service: Service = request.app.state.service
    creditor = await parties.creditor(session)
    today = business_date(service.clock.now(), ZoneInfo(creditor.time_zone))
    file = await make_transfer_file(
        session,
        body.transfer_ids,
        execute_on=max(today, body.execute_on or today),
        vault=service.vault,
        xsd_dir=settings_of(service).xsd_dir,
    )
    return show_file(file)


@files.get("", dependencies=[requires("payments:read")])
async def list_files(session: Reading, paging: PageOf) -> Page[FileShown]:
    rows = await transfer_rows.files(session, paging)
    return paging.page(rows, show_file, lambda row: (row.id,))


@files.get("/{file_id}/file", dependencies=[requires("payments:approve")])
async def download_file(
    request: Request,
    session: Reading,
    file_id: UUID,
    version: Literal["pain.001.001.03", "pain.001.001.09"] = "pain.001.001.09",
) -> Response:
    """The pain.001 file."""
    service: Service = request.app.state.service
    content = await write_transfer_file(
        session,
        file_id,
        version=Version(version),
        vault=service.vault,
        xsd_dir=settings_of(service).xsd_dir,
    )
    return file_answer(file_id, content)


async def show_one(request: Request, session: Reading | Writing, row: Transfer) -> TransferShown:
    payees = await show_payees(session, [row], vault=request.app.state.service.vault)
    return _shown(row, payees.get(row.id))


def _shown(row: Transfer, payee: Payee | None) -> TransferShown:
    return TransferShown.model_validate(
        {
            "amount": Money(row.amount_minor, row.currency),
            "name": payee.name if payee else None,
            "iban": payee.iban if payee else None,
            "text": payee.text if payee else None,
            "end_to_end_id": our_reference(row.id),
            **{name: getattr(row, name) for name in _PLAIN},
        }
    )


_PLAIN = (
    "id",
    "version",
    "kind",
    "status",
    "payment_id",
    "customer_id",
    "name_check",
    "asked_by",
    "asked_at",
    "decided_by",
    "decided_at",
    "reason",
    "file_id",
    "executed_on",
    "line_id",
    "executed_by",
    "executed_reason",
)


def show_file(row: TransferFile) -> FileShown:
    return FileShown(
        id=row.id,
        reference=our_reference(row.id),
        execute_on=row.execute_on,
        transfers=row.transfer_count,
        total=Money(row.total_minor, row.currency),
        created_at=row.created_at,
        created_by=row.created_by,
    )
