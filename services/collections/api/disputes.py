"""Disputes and complaints: take one in, answer it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import Dispute
from services.collections.repository import agreements
from services.collections.use_cases.open_dispute import OpenDispute, open_dispute
from services.collections.use_cases.resolve_dispute import ResolveDispute, resolve_dispute
from shared.auth import requires
from shared.crypto import CustomerCipher
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.service import Service

router = noun_router("/disputes", "disputes")

Cause = Literal["amount", "already_paid", "not_mine", "moved", "service", "privacy", "other"]
Status = Literal["open", "in_review", "upheld", "rejected", "withdrawn"]
EXAMPLE: dict[str, Any] = {
    "customer_id": "018f0000-0000-7000-8000-000000000001",
    "invoice_ids": ["018f0000-0000-7000-8000-000000000002"],
    "reason": "amount",
    "text": "De meterstand op de factuur klopt niet.",
}
RESOLUTION: dict[str, Any] = {"outcome": "rejected", "explanation": "De meterstand klopt."}


class DisputeBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    customer_id: UUID
    invoice_ids: Annotated[
        list[UUID] | None, Field(min_length=1, description="null: all that is open")
    ] = None
    reason: Cause
    text: Annotated[str | None, Field(max_length=8_000)] = None


class ResolutionBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [RESOLUTION]})

    outcome: Literal["upheld", "rejected", "withdrawn"]
    explanation: Annotated[
        str | None, Field(max_length=8_000, description="goes into the answer to the customer")
    ] = None


class DisputeShown(BaseModel):
    id: UUID
    number: str
    customer_id: UUID
    invoice_ids: list[UUID]
    status: str
    reason: str
    text: str | None
    opened_on: date
    resolved_on: date | None
    explanation: str | None


@router.post("", status_code=201, dependencies=[requires("collections:write")])
async def open_one(
    request: Request, session: Writing, body: DisputeBody, response: Response
) -> DisputeShown:
    """Take a dispute in: only the disputed invoices are left alone, the others go on."""
    service: Service = request.app.state.service
    command = OpenDispute(
        customer_id=body.customer_id,
        claim_ids=body.invoice_ids,
        reason=body.reason,
        text=body.text,
    )
    row = await open_dispute(session, command, vault=service.vault, clock=service.clock)
    response.headers["Location"] = f"/v1/disputes/{row.id}"
    return await _one(request, session, row)


@router.get("", dependencies=[requires("collections:read")])
async def list_disputes(
    request: Request,
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    status: Status | None = None,
) -> Page[DisputeShown]:
    """Newest first."""
    service: Service = request.app.state.service
    rows = await agreements.page(session, Dispute, paging, customer_id=customer_id, status=status)
    ciphers = await service.vault.open(session, [row.customer_id for row in rows])
    return paging.page(
        rows, lambda row: _shown(row, ciphers.get(row.customer_id)), lambda row: (row.id,)
    )


@router.get("/{dispute_id}", dependencies=[requires("collections:read")])
async def get_dispute(request: Request, session: Reading, dispute_id: UUID) -> DisputeShown:
    return await _one(request, session, await agreements.dispute(session, dispute_id))


@router.post("/{dispute_id}/resolve", dependencies=[requires("collections:write")])
async def resolve(
    request: Request, session: Writing, dispute_id: UUID, body: ResolutionBody
) -> DisputeShown:
    """Answer it. Upheld: the invoices stay alone until the credit note is there."""
    service: Service = request.app.state.service
    command = ResolveDispute(dispute_id, body.outcome, body.explanation)
    row = await resolve_dispute(session, command, vault=service.vault, clock=service.clock)
    return await _one(request, session, row)


async def _one(request: Request, session: AsyncSession, row: Dispute) -> DisputeShown:
    service: Service = request.app.state.service
    ciphers = await service.vault.open(session, [row.customer_id])
    return _shown(row, ciphers.get(row.customer_id))


def _shown(row: Dispute, cipher: CustomerCipher | None) -> DisputeShown:
    return DisputeShown(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        invoice_ids=row.claim_ids,
        status=row.status,
        reason=row.reason,
        text=cipher.decrypt("dispute", row.text_sealed) if cipher else None,
        opened_on=row.opened_on,
        resolved_on=row.resolved_on,
        explanation=cipher.decrypt("explanation", row.explanation_sealed) if cipher else None,
    )
