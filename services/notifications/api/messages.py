"""Messages: what was said to whom, by which road, and the proof of it."""

from __future__ import annotations

import base64
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict

from services.notifications import archive, repository
from services.notifications.api.schemas import MessageDetail, MessageShown, detail, shown
from services.notifications.domain.message import Channel, MessageState
from services.notifications.models import Archived
from services.notifications.repository.messages import MessageFilter
from services.notifications.use_cases.resend_message import resend_message
from shared import audit
from shared.auth import requires
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.service import Service

router = noun_router("/messages", "messages")

_EXTENSION = {"message/rfc822": "eml", archive.PDF_TYPE: "pdf"}
_BYTES = {"content": {"message/rfc822": {}, archive.PDF_TYPE: {}}, "description": "Exact bytes"}


class Resend(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"channel": None}]})

    channel: Channel | None = None


@router.get("", dependencies=[requires("notifications:read")])
async def list_messages(
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    cause_id: UUID | None = None,
    template: str | None = None,
    state: MessageState | None = None,
    channel: Channel | None = None,
    attention: Annotated[
        bool | None, Query(description="true: those a person must look at")
    ] = None,
) -> Page[MessageShown]:
    """Newest first."""
    wanted = MessageFilter(
        customer_id=customer_id,
        cause_id=cause_id,
        template=template,
        state=state,
        channel=channel,
        attention=attention,
    )
    rows = await repository.messages(session, wanted, paging)
    return paging.page(rows, shown, lambda row: (row[0].requested_at.isoformat(), row[0].id))


@router.get("/{message_id}", dependencies=[requires("notifications:read")])
async def get_message(session: Reading, message_id: UUID) -> MessageDetail:
    return detail(
        await repository.message(session, message_id),
        await repository.status_changes(session, message_id),
        await repository.deliveries_of(session, message_id),
    )


# Looking at what was written is itself written down, so these two are units of writing.
@router.get(
    "/{message_id}/content",
    dependencies=[requires("notifications:read")],
    response_class=Response,
    responses={200: _BYTES},
)
async def get_message_content(request: Request, session: Writing, message_id: UUID) -> Response:
    """The bytes that were handed over, unchanged; 410 once the customer is erased."""
    row, content = await _view(request, session, message_id)
    return _file(content, row.content_type, f"{message_id}.{_EXTENSION[row.content_type]}", row)


@router.get(
    "/{message_id}/pdf",
    dependencies=[requires("notifications:read")],
    response_class=Response,
    responses={200: {"content": {archive.PDF_TYPE: {}}, "description": "The letter"}},
)
async def get_message_pdf(request: Request, session: Writing, message_id: UUID) -> Response:
    """The letter, or the PDF that went along with the e-mail."""
    row, content = await _view(request, session, message_id)
    pdf = archive.pdf_in(row.content_type, content)
    if pdf is None:
        raise NotFound("no PDF went along with this message")
    return _file(pdf, archive.PDF_TYPE, f"{message_id}.pdf", row)


@router.post(
    "/{message_id}/resend", status_code=201, dependencies=[requires("notifications:write")]
)
async def resend(
    request: Request,
    session: Writing,
    message_id: UUID,
    response: Response,
    body: Resend,
) -> MessageShown:
    """Say it again, by the road named or by the customer's own; a new message is made."""
    service: Service = request.app.state.service
    new_id = await resend_message(
        session, message_id, body.channel, vault=service.vault, clock=service.clock
    )
    response.headers["Location"] = f"/v1/messages/{new_id}"
    return shown(await repository.message(session, new_id))


async def _view(
    request: Request, session: WriteSession, message_id: UUID
) -> tuple[Archived, bytes]:
    service: Service = request.app.state.service
    row = await repository.archived_of(session, message_id)
    cipher = (await service.vault.open(session, [row.customer_id]))[row.customer_id]
    content = archive.exact_bytes(row, cipher)
    audit.record(session, "viewed", audit.subject_of("message", message_id), sha256=row.sha256)
    return row, content


def _file(content: bytes, media_type: str, filename: str, row: Archived) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    if media_type == row.content_type:
        # RFC 9530: whoever keeps a copy can show that it is the archived one.
        digest = base64.b64encode(bytes.fromhex(row.sha256)).decode()
        headers["Repr-Digest"] = f"sha-256=:{digest}:"
    return Response(content, media_type=media_type, headers=headers)
