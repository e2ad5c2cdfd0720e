"""What banks say of our files before anything is booked: payment status reports (pain.002)."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request
from pydantic import BaseModel

from services.payments.repository import parties
from services.payments.use_cases.apply_status_report import apply_status_report
from shared.auth import requires
from shared.clock import business_date
from shared.errors import InvalidInput
from shared.http.unit import Writing
from shared.http.unit import router as noun_router
from shared.service import Service

router = noun_router("/payment-status-reports", "payment status reports")

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class ReportShown(BaseModel):
    """`unchanged`: refused according to the report, and booked, returned or ended before it."""

    id: UUID
    file_id: UUID
    message: str
    status: str | None
    rejected: int
    unchanged: int


@router.post("", status_code=201, dependencies=[requires("payments:write")], openapi_extra=_BODY)
async def upload_report(request: Request, session: Writing) -> ReportShown:
    """Of a direct debit file or a transfer file. The same bytes again get the first answer."""
    service: Service = request.app.state.service
    content = await request.body()
    if not content:
        raise InvalidInput.field("body", "the file is empty")
    creditor = await parties.creditor(session)
    today = business_date(service.clock.now(), ZoneInfo(creditor.time_zone))
    result = await apply_status_report(session, content, today=today, vault=service.vault)
    return ReportShown.model_validate(result)
