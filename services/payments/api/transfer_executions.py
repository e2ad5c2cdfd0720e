"""Transfers that the bank booked without our reference: which line they are, or on which day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.payments.api.statements import LineShown, show_line
from services.payments.api.transfers import FileShown, TransferShown, show_file, show_one
from services.payments.models import BankLine
from services.payments.repository import transfers as transfer_rows
from services.payments.use_cases.execute_by_hand import (
    TellExecution,
    execute_by_hand,
    execute_file_by_hand,
    lines_that_may_be,
    lines_that_may_be_all,
)
from services.payments.use_cases.show_lines import show_texts
from shared.auth import requires
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router

transfers = noun_router("/transfers", "transfers")
files = noun_router("/transfer-files", "transfer files")
ROUTERS: tuple[APIRouter, ...] = (transfers, files)


class ExecutionBody(BaseModel):
    """The bank line that is the transfer, or the day it was executed when no line shows it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"line_id": "019ab000-0000-7000-8000-000000000001", "reason": "no_reference"}
            ]
        },
    )

    line_id: UUID | None = None
    executed_on: date | None = None
    reason: Annotated[str, Field(pattern="^[a-z0-9_]{1,40}$")]

    def command(self) -> TellExecution:
        return TellExecution(**dict(self))


class CandidateLine(LineShown):
    same_account: bool = Field(description="it went to the payee's account")


@transfers.get("/{transfer_id}/candidates", dependencies=[requires("payments:read")])
async def list_candidates(
    request: Request, session: Reading, transfer_id: UUID
) -> list[CandidateLine]:
    """Bank lines of exactly this amount that are nothing else, at most 20: those to the payee's
    account first. None when a line shows the transfer already."""
    transfer = await transfer_rows.transfer(session, transfer_id)
    lines = await lines_that_may_be(session, transfer)
    return await _candidates(request, session, lines, transfer.iban_index)


@transfers.post("/{transfer_id}/execute", dependencies=[requires("payments:approve")])
async def execute(
    request: Request, session: Writing, transfer_id: UUID, body: ExecutionBody
) -> TransferShown:
    """The bank executed it, though no statement says so with our reference.

    By a line: it is this transfer from now on and nothing else. By a day: not by who asked for
    the transfer; a line can be tied to it afterwards.
    """
    vault = request.app.state.service.vault
    transfer = await execute_by_hand(session, transfer_id, body.command(), vault=vault)
    return await show_one(request, session, transfer)


@files.get("/{file_id}/candidates", dependencies=[requires("payments:read")])
async def list_file_candidates(
    request: Request, session: Reading, file_id: UUID
) -> list[CandidateLine]:
    """Bank lines that are nothing else, of exactly what no line showed yet of this file."""
    lines = await lines_that_may_be_all(session, file_id)
    return await _candidates(request, session, lines, None)


@files.post("/{file_id}/execute", dependencies=[requires("payments:approve")])
async def execute_file(
    request: Request, session: Writing, file_id: UUID, body: ExecutionBody
) -> FileShown:
    """The bank executed all of it that no line showed yet, in one sum or on one day."""
    vault = request.app.state.service.vault
    return show_file(await execute_file_by_hand(session, file_id, body.command(), vault=vault))


async def _candidates(
    request: Request, session: Reading, lines: Sequence[BankLine], iban_index: bytes | None
) -> list[CandidateLine]:
    texts = await show_texts(session, lines, vault=request.app.state.service.vault)
    return [
        CandidateLine(
            **dict(show_line(line, texts.get(line.id))),
            same_account=iban_index is not None and line.iban_index == iban_index,
        )
        for line in lines
    ]
