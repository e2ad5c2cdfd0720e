"""Mandates (machtigingen): whom we may debit, and on which account."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.payments.models import Mandate
from services.payments.repository import parties
from services.payments.use_cases.change_mandates import change_mandate
from services.payments.use_cases.register_mandates import RegisterMandate, register_mandates
from services.payments.use_cases.show_mandates import MandateParty, show_parties
from shared.auth import requires
from shared.clock import business_date
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.etag import set_etag
from shared.http.imports import read_rows
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.service import Service

router = noun_router("/mandates", "mandates")

Text70 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=70)]
# The characters SEPA allows in an identifier (EPC217-08).
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+?().,'-]{1,35}$")]


class MandateBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "customer_number": "K100001",
                    "reference": "K100001-1",
                    "iban": "NL91ABNA0417164300",
                    "account_holder": "A. Voorbeeld",
                    "signed_on": "2025-11-03",
                    "scheme": "core",
                }
            ]
        },
    )

    customer_id: UUID | None = None
    customer_number: Annotated[str | None, Field(max_length=35)] = None
    reference: Reference | None = None
    iban: Annotated[str, Field(max_length=42)]
    account_holder: Text70
    signed_on: date
    scheme: Literal["core"] = "core"

    def command(self, line: int | None = None) -> RegisterMandate:
        return RegisterMandate(
            customer_id=self.customer_id,
            customer_number=self.customer_number,
            reference=self.reference,
            iban=self.iban,
            account_holder=self.account_holder,
            signed_on=self.signed_on,
            line=line,
        )


class ReasonBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "asked_by_customer"}]}
    )

    # A code, not a story: it goes into the event.
    reason: Annotated[str, Field(pattern="^[a-z0-9_]{1,40}$")]


class MandateShown(BaseModel):
    id: UUID
    version: int
    customer_id: UUID
    status: str
    reference: str
    scheme: str
    signed_on: date
    last_used_on: date | None
    iban: str | None
    account_holder: str | None
    reason: str | None


class Imported(BaseModel):
    imported: int
    ids: list[UUID]


@router.post("", status_code=201, dependencies=[requires("payments:write")])
async def register_mandate(
    request: Request, session: Writing, body: MandateBody, response: Response
) -> MandateShown:
    """For a customer by `customer_id`, or by `customer_number`. A reference is made if absent."""
    (mandate_id,) = await _register(request, session, [body.command()])
    response.headers["Location"] = f"/v1/mandates/{mandate_id}"
    return await _one(request, session, mandate_id, response)


@router.post("/import", status_code=201, dependencies=[requires("payments:write")])
async def import_mandates(request: Request, session: Writing) -> Imported:
    """CSV or JSON lines, by `Content-Type`: all rows are stored, or none and each bad one named."""
    rows = await read_rows(request, MandateBody)
    mandate_ids = await _register(request, session, [row.command(line) for line, row in rows])
    return Imported(imported=len(mandate_ids), ids=mandate_ids)


@router.get("", dependencies=[requires("payments:read")])
async def list_mandates(
    request: Request,
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    status: Literal["active", "suspended", "cancelled", "expired"] | None = None,
) -> Page[MandateShown]:
    rows = await parties.mandates(session, paging, customer_id=customer_id, status=status)
    shown = await show_parties(session, rows, vault=request.app.state.service.vault)
    return paging.page(rows, lambda row: _shown(row, shown[row.id]), lambda row: (row.id,))


@router.get("/{mandate_id}", dependencies=[requires("payments:read")])
async def get_mandate(
    request: Request, session: Reading, mandate_id: UUID, response: Response
) -> MandateShown:
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


async def _register(
    request: Request, session: WriteSession, commands: list[RegisterMandate]
) -> list[UUID]:
    service: Service = request.app.state.service
    creditor = await parties.creditor(session)
    today = business_date(service.clock.now(), ZoneInfo(creditor.time_zone))
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
    return _shown(mandate, shown[mandate_id])


def _shown(row: Mandate, party: MandateParty) -> MandateShown:
    return MandateShown(
        id=row.id,
        version=row.version,
        customer_id=row.customer_id,
        status=row.status,
        reference=row.reference,
        scheme=row.scheme,
        signed_on=row.signed_on,
        last_used_on=row.last_used_on,
        iban=party.iban,
        account_holder=party.account_holder,
        reason=row.reason,
    )
