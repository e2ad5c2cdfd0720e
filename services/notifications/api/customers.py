"""A customer's correspondence, and by which road the customer wants it."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict

from services.notifications import repository
from services.notifications.api.schemas import MessageShown, shown
from services.notifications.domain.message import Channel
from services.notifications.models import Preference
from services.notifications.repository.messages import MessageFilter
from services.notifications.use_cases.set_preference import set_preference
from shared.auth import requires
from shared.http.etag import IfMatch, set_etag
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router

router = noun_router("/customers", "customers")


class PreferenceBody(BaseModel):
    """`email_for_legal`: the customer agreed to legal notices by e-mail."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"channel": "letter"}]}
    )

    channel: Channel | None = None
    email_for_legal: bool = False


@router.get("/{customer_id}/correspondence", dependencies=[requires("notifications:read")])
async def get_correspondence(
    session: Reading, customer_id: UUID, paging: PageOf
) -> Page[MessageShown]:
    """All that was said to the customer, newest first."""
    rows = await repository.messages(session, MessageFilter(customer_id=customer_id), paging)
    return paging.page(rows, shown, lambda row: (row[0].requested_at.isoformat(), row[0].id))


@router.get("/{customer_id}/preference", dependencies=[requires("notifications:read")])
async def get_preference(session: Reading, customer_id: UUID, response: Response) -> PreferenceBody:
    wish = await repository.preference(session, customer_id)
    return PreferenceBody() if wish is None else _shown(wish, response)


@router.put("/{customer_id}/preference", dependencies=[requires("notifications:write")])
async def put_preference(
    session: Writing,
    customer_id: UUID,
    body: PreferenceBody,
    response: Response,
    if_match: IfMatch = None,
) -> PreferenceBody:
    wish = await set_preference(
        session,
        customer_id,
        body.channel,
        email_for_legal=body.email_for_legal,
        if_match=if_match,
    )
    return _shown(wish, response)


def _shown(wish: Preference, response: Response) -> PreferenceBody:
    set_etag(response, wish.version)
    channel = Channel(wish.channel) if wish.channel else None
    return PreferenceBody(channel=channel, email_for_legal=wish.email_for_legal)
