"""Bank statements: files in, what became of them out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from services.payments.config import settings_of
from services.payments.domain.statement_chain import gaps
from services.payments.models import BankLine, BankStatement
from services.payments.repository import statements
from services.payments.use_cases.csv_mappings import csv_layouts
from services.payments.use_cases.import_statements import (
    ImportStatements,
    import_statements,
    known_result,
)
from services.payments.use_cases.import_turns import ImportTurns
from services.payments.use_cases.receive_file import ReceivedFile, receive_file
from services.payments.use_cases.show_lines import LineText, show_texts
from services.payments.use_cases.show_original import original_bytes
from shared.auth import Caller, requires
from shared.db import Scope
from shared.errors import InningError
from shared.http.pages import Page, PageOf
from shared.http.unit import CreditorHeader, Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

router = noun_router("/statements", "statements")


class NotAsForm(InningError):
    code = "unsupported_media_type"
    status = 415
    title = "Send the file itself as the body, not a form around it"


class GapShown(BaseModel):
    """Two statements of an account that do not join: `balance_differs` or `number_missing`."""

    model_config = ConfigDict(from_attributes=True)

    account_id: UUID
    after_statement_id: UUID
    before_statement_id: UUID
    closes_on: date
    reason: str = "balance_differs"
    difference: Money


Kind = Literal["statement", "repeat", "interim", "notice"]


class StatementResult(BaseModel):
    """One statement of a file. `difference`: opening and entries less closing, zero when right.

    Only a `statement` counts its entries. An `interim` report and a `notice` tell them before, a
    `repeat` tells them again: what was known before is not booked twice. `entries_completed` were
    known as one sum until this told their details.
    """

    id: UUID
    account_id: UUID
    kind: Kind = "statement"
    statement_id: str
    number: str
    closes_on: date
    entry_count: int
    entries_known_before: int = 0
    entries_completed: int = 0
    unbooked_count: int
    opening: Money | None
    closing: Money | None
    entries: Money
    difference: Money | None


class ImportResult(BaseModel):
    """`queued` payments wait for a person in `/v1/queue`; `other` lines are nobody's payment.

    `reversals` are lines by which the bank took a payment back; where it is not certain which, they
    wait in the queue too.
    """

    file_id: UUID
    sha256: str
    size_bytes: int
    statements: list[StatementResult]
    gaps: list[GapShown] = []
    lines: int
    payments: int
    matched: int
    queued: int
    debits_collected: int
    debits_returned: int
    payouts: int
    transfers: int = 0
    reversals: int = 0
    other: int


class StatementShown(BaseModel):
    id: UUID
    file_id: UUID
    account_id: UUID
    kind: Kind
    format: str
    statement_id: str
    number: str
    closes_on: date
    opening: Money | None
    closing: Money | None
    entries: Money
    entry_count: int
    unbooked_count: int
    known_until: datetime


class LineShown(BaseModel):
    """A line with what the payer wrote, for somebody who may see it; what became of its money is in
    `/v1/payments?line_id=`."""

    id: UUID
    kind: str
    amount: Money
    booked_on: date
    value_on: date
    bank_code: str | None
    return_code: str | None
    name: str | None
    iban: str | None
    texts: list[str]


async def _received(
    request: Request,
    principal: Caller,
    creditor: CreditorHeader = None,
    account_id: UUID | None = None,
) -> ReceivedFile:
    """Before the transaction opens: a large file takes a while to read."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        raise NotAsForm()
    service: Service = request.app.state.service
    scope = Scope(principal.creditor(creditor), principal.actor)
    async with service.db.read(scope) as session:
        layouts = await csv_layouts(session, account_id)

    async def turn() -> None:
        """It lasts until the request has committed."""
        turns: ImportTurns = request.app.state.import_turns
        await request.state.unit.stack.enter_async_context(turns.turn(scope.creditor_id))

    lines_max = settings_of(service).statement_lines_max
    file = await receive_file(request.stream(), layouts, lines_max, turn)
    request.state.body_digest = file.sha256
    return file


FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in (
                "application/xml",
                "text/plain",
                "application/zip",
                "application/octet-stream",
            )
        },
    }
}


@router.post(
    "", status_code=201, dependencies=[requires("payments:write")], openapi_extra=FILE_BODY
)
async def upload_statements(
    request: Request,
    response: Response,
    file: Annotated[ReceivedFile, Depends(_received)],
    session: Writing,
) -> ImportResult:
    """A bank file as the body, or a ZIP of them: stored whole, or refused with line and field.

    Statements (camt.053, MT940), interim reports (camt.052, MT942) and notices (camt.054) may
    overlap: each booking is booked once, and pending ones not yet. The same bytes again change
    nothing and get the first answer, with status 200. A CSV is read by the mapping of the account
    `account_id`, or by the one of all accounts' mappings that reads it for an account it is of.

    Files that come at once are booked one after the other, in the order they came. One that waits
    for minutes is answered 503 `import_running`, and `Retry-After` says when to send it again.
    """
    service: Service = request.app.state.service
    settings = settings_of(service)
    result = await known_result(session, file.sha256, wait_s=settings.import_wait_s)
    if result is not None:
        response.status_code = 200
        return ImportResult.model_validate(result)
    command = ImportStatements(
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        compressed=file.compressed,
        drafts=file.drafts,
        payout_patterns=settings.payout_patterns,
    )
    result = await import_statements(session, command, vault=service.vault)
    return ImportResult.model_validate(result)


@router.get("", dependencies=[requires("payments:read")])
async def list_statements(
    session: Reading,
    paging: PageOf,
    account_id: UUID | None = None,
    kind: Kind | None = None,
    closes_from: date | None = None,
    closes_to: date | None = None,
) -> Page[StatementShown]:
    rows = await statements.statements(
        session,
        paging,
        account_id=account_id,
        kind=kind,
        closes_from=closes_from,
        closes_to=closes_to,
    )
    return paging.page(rows, _shown, lambda row: (row.id,))


@router.get("/gaps", dependencies=[requires("payments:read")])
async def list_gaps(session: Reading, account_id: UUID | None = None) -> Page[GapShown]:
    """Where statements do not join the one before: ask the bank for what is missing."""
    of = None if account_id is None else [account_id]
    found = gaps(await statements.links(session, of))
    return Page(items=[GapShown.model_validate(gap) for gap in found], next_cursor=None)


@router.get("/{statement_id}/lines", dependencies=[requires("payments:read")])
async def list_lines(
    request: Request, session: Reading, statement_id: UUID, paging: PageOf
) -> Page[LineShown]:
    rows = await statements.lines_of(session, statement_id, paging)
    texts = await show_texts(session, rows, vault=request.app.state.service.vault)
    return paging.page(
        rows,
        lambda row: show_line(row, texts.get(row.id)),
        lambda row: (row.entry_index, row.detail_index),
    )


@router.get("/files/{file_id}", dependencies=[requires("payments:admin")])
async def download_file(request: Request, session: Reading, file_id: UUID) -> Response:
    """The bytes of a bank file as they came."""
    content = await original_bytes(session, file_id, vault=request.app.state.service.vault)
    return Response(content, media_type="application/octet-stream")


def _shown(row: BankStatement) -> StatementShown:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    return StatementShown(
        id=row.id,
        file_id=row.file_id,
        account_id=row.account_id,
        kind=cast(Kind, row.kind),
        format=row.format,
        statement_id=row.statement_id,
        number=row.number,
        closes_on=row.closes_on,
        opening=money(row.opening_minor),
        closing=money(row.closing_minor),
        entries=Money(row.entries_minor, row.currency),
        entry_count=row.entry_count,
        unbooked_count=row.unbooked_count,
        known_until=row.known_until,
    )


def show_line(row: BankLine, told: LineText | None) -> LineShown:
    return LineShown(
        id=row.id,
        kind=row.kind,
        amount=Money(row.amount_minor, row.currency),
        booked_on=row.booked_on,
        value_on=row.value_on,
        bank_code=row.bank_code,
        return_code=row.return_code,
        name=told.name if told else None,
        iban=told.iban if told else None,
        texts=list(told.texts) if told else [],
    )
