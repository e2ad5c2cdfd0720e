"""Mandates (machtigingen): whom we may debit, and on which account."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from services.payments.api.mandate_views import (
    ADDRESS_COLUMNS,
    AmendBody,
    Imported,
    MandateBody,
    MandateRequested,
    MandateShown,
    MandateStory,
    ReasonBody,
    Wanted,
    mandate_shown,
)
from services.payments.api.page_drawing import own_address
from services.payments.api.payment_views import changes_shown
from services.payments.repository import history, parties
from services.payments.use_cases.amend_mandate import AmendMandate, amend_mandate
from services.payments.use_cases.change_mandates import change_mandate, finish_mandate
from services.payments.use_cases.confirm_mandate import ask_mandate
from services.payments.use_cases.register_mandates import RegisterMandate, register_mandates
from services.payments.use_cases.show_mandates import show_parties
from shared.auth import requires
from shared.clock import business_date
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.etag import IfMatch, set_etag
from shared.http.imports import read_rows
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.service import Service

router = noun_router("/mandates", "mandates")


@router.post("", status_code=201, dependencies=[requires("payments:write")])
async def register_mandate(
    request: Request, session: Writing, body: MandateBody, response: Response
) -> MandateShown:
    """For a customer by `customer_id`, or by `customer_number`. A reference is made if absent."""
    (mandate_id,) = await _register(request, session, [body.command()])
    response.headers["Location"] = f"/v1/mandates/{mandate_id}"
    return await _one(request, session, mandate_id, response)


@router.post("/online", status_code=201, dependencies=[requires("payments:write")])
async def request_mandate(
    request: Request, session: Writing, body: Wanted, response: Response
) -> MandateRequested:
    """Ask for a mandate online: `pending` until its customer confirms on the page `confirm_url`."""
    today = await _today(request, session)
    vault = request.app.state.service.vault
    mandate_id, token = await ask_mandate(session, body.asked(today), vault=vault, today=today)
    shown = await _one(request, session, mandate_id, response)
    mandate = (await parties.mandates_by_id(session, [mandate_id]))[mandate_id]
    return MandateRequested(
        **shown.model_dump(),
        confirm_path=f"/mandate/{token}",
        confirm_url=own_address(request, f"/mandate/{token}"),
        confirm_until=mandate.confirm_until or today,
    )


@router.post("/import", status_code=201, dependencies=[requires("payments:write")])
async def import_mandates(request: Request, session: Writing) -> Imported:
    """CSV or JSON lines, by `Content-Type`: all rows are stored, or none and each bad one named."""
    rows = await read_rows(request, MandateBody, nested={"address": ADDRESS_COLUMNS})
    mandate_ids = await _register(request, session, [row.command(line) for line, row in rows])
    return Imported(imported=len(mandate_ids), ids=mandate_ids)


@router.get("", dependencies=[requires("payments:read")])
async def list_mandates(
    request: Request,
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    status: Literal["pending", "active", "suspended", "cancelled", "expired"] | None = None,
) -> Page[MandateShown]:
    rows = await parties.mandates(session, paging, customer_id=customer_id, status=status)
    shown = await show_parties(session, rows, vault=request.app.state.service.vault)
    return paging.page(rows, lambda row: mandate_shown(row, shown[row.id]), lambda row: (row.id,))


@router.get("/{mandate_id}", dependencies=[requires("payments:read")])
async def get_mandate(
    request: Request, session: Reading, mandate_id: UUID, response: Response
) -> MandateStory:
    """With how it came to be as it is: signed, suspended, resumed, ended, by whom and when."""
    shown = await _one(request, session, mandate_id, response)
    changes = await history.changes_of(session, [mandate_id])
    return MandateStory(**dict(shown), history=changes_shown(changes))


@router.patch("/{mandate_id}", dependencies=[requires("payments:write")])
async def amend(
    request: Request,
    session: Writing,
    mandate_id: UUID,
    body: AmendBody,
    response: Response,
    if_match: IfMatch = None,
) -> MandateShown:
    """Another account or reference: the next collection tells the bank with the original data."""
    given = body.model_dump(exclude={"address"})
    command = AmendMandate(**given, address=body.address.value() if body.address else None)
    vault = request.app.state.service.vault
    await amend_mandate(session, mandate_id, command, vault=vault, if_match=if_match)
    return await _one(request, session, mandate_id, response)


@router.post("/{mandate_id}/finish", dependencies=[requires("payments:write")])
async def finish(
    request: Request, session: Writing, mandate_id: UUID, response: Response
) -> MandateShown:
    """The next collection is the last (FNAL); the mandate ends with it."""
    await finish_mandate(session, mandate_id)
    return await _one(request, session, mandate_id, response)


@router.post("/{mandate_id}/suspend", dependencies=[requires("payments:write")])
async def suspend_mandate(
    request: Request, session: Writing, mandate_id: UUID, body: ReasonBody, response: Response
) -> MandateShown:
    """No debits until it is resumed."""
    await change_mandate(session, mandate_id, "suspend", body.reason)
    return await _one(request, session, mandate_id, response)


@router.post("/{mandate_id}/resume", dependencies=[requires("payments:write")])
async def resume_mandate(
    request: Request, session: Writing, mandate_id: UUID, response: Response
) -> MandateShown:
    await change_mandate(session, mandate_id, "resume", None)
    return await _one(request, session, mandate_id, response)


@router.post("/{mandate_id}/cancel", dependencies=[requires("payments:write")])
async def cancel_mandate(
    request: Request, session: Writing, mandate_id: UUID, body: ReasonBody, response: Response
) -> MandateShown:
    """For good; a new signature is a new mandate."""
    await change_mandate(session, mandate_id, "cancel", body.reason)
    return await _one(request, session, mandate_id, response)


async def _today(request: Request, session: WriteSession) -> date:
    creditor = await parties.creditor(session)
    return business_date(request.app.state.service.clock.now(), ZoneInfo(creditor.time_zone))


async def _register(
    request: Request, session: WriteSession, commands: list[RegisterMandate]
) -> list[UUID]:
    service: Service = request.app.state.service
    today = await _today(request, session)
    return await register_mandates(session, commands, vault=service.vault, today=today)


async def _one(
    request: Request, session: Reading | Writing, mandate_id: UUID, response: Response
) -> MandateShown:
    await session.flush()
    mandates = await parties.mandates_by_id(session, [mandate_id])
    if mandate_id not in mandates:
        raise NotFound("no mandate with this id")
    mandate = mandates[mandate_id]
    shown = await show_parties(session, [mandate], vault=request.app.state.service.vault)
    set_etag(response, mandate.version)
    return mandate_shown(mandate, shown[mandate_id])
