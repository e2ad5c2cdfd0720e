"""Payment links on request, and what payers may do on the pages behind them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.payments.config import settings_of
from services.payments.models import PageSettings, PaymentLink
from services.payments.repository import links, parties
from services.payments.use_cases.links import LinkMaker, MakeLink, make_link, revoke_link
from services.payments.use_cases.set_page_settings import set_page_settings
from shared.auth import requires
from shared.errors import InvalidInput, NotFound
from shared.http.etag import IfMatch, check_if_match, set_etag
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money

payment_links = noun_router("/payment-links", "payment links")
page_settings = noun_router("/payment-page-settings", "payment links")
ROUTERS: tuple[APIRouter, ...] = (payment_links, page_settings)

Kind = Literal["invoice", "balance", "instalment", "case"]


class LinkBody(BaseModel):
    """`id` is the invoice, customer (`balance`), arrangement (`instalment`) or case."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "balance",
                    "id": "019ab000-0000-7000-8000-000000000001",
                    "may_pay_part": True,
                }
            ]
        },
    )

    kind: Kind
    id: UUID
    instalment: Annotated[
        int | None,
        Field(ge=1, description="its number; without it the one to be paid at that time"),
    ] = None
    expires_on: Annotated[
        date | None, Field(description="good to the end of this day; at most and by default years")
    ] = None
    may_pay_part: Annotated[
        bool | None, Field(description="by default as the page settings say")
    ] = None


class LinkShown(BaseModel):
    """Whoever holds `url` sees the amounts and may pay them, no more."""

    id: UUID
    kind: Kind
    subject_id: UUID
    customer_id: UUID
    instalment: int | None
    url: str
    expires_on: date
    may_pay_part: bool | None
    created_at: datetime
    revoked_at: datetime | None


class PageSettingsBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"may_pay_part": True, "least_part": {"amount": 1_000, "currency": "EUR"}}]
        },
    )

    may_pay_part: bool
    least_part: Annotated[Money, Field(description="the least that may be paid as a part")]


class PageSettingsShown(PageSettingsBody):
    version: int


@payment_links.post("", status_code=201, dependencies=[requires("payments:write")])
async def create_payment_link(
    request: Request, session: Writing, body: LinkBody, response: Response
) -> LinkShown:
    """A link to an invoice, all a customer owes, an instalment or a case.

    Every invoice and every customer's balance has a standing link already; one made here can
    have a last day and rules of its own, and be taken back alone.
    """
    command = MakeLink(
        kind=body.kind,
        subject_id=body.id,
        instalment=body.instalment,
        expires_on=body.expires_on,
        may_pay_part=body.may_pay_part,
    )
    valid_days = settings_of(request.app.state.service).link_valid_days
    link = await make_link(session, command, valid_days=valid_days)
    response.headers["Location"] = f"/v1/payment-links/{link.id}"
    return _shown(request, link)


@payment_links.get("", dependencies=[requires("payments:read")])
async def list_payment_links(
    request: Request,
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    subject_id: UUID | None = None,
    kind: Kind | None = None,
    state: Literal["active", "revoked"] | None = None,
) -> Page[LinkShown]:
    """Standing links, whose ids are those of their invoice or customer, and those on request."""
    rows = await links.payment_links(
        session,
        paging,
        is_revoked=None if state is None else state == "revoked",
        customer_id=customer_id,
        subject_id=subject_id,
        kind=kind,
    )
    return paging.page(rows, lambda row: _shown(request, row), lambda row: (row.id,))


@payment_links.get("/{link_id}", dependencies=[requires("payments:read")])
async def get_payment_link(request: Request, session: Reading, link_id: UUID) -> LinkShown:
    link = await links.link(session, link_id)
    if link is None:
        raise NotFound("no payment link with this id")
    return _shown(request, link)


@payment_links.post("/{link_id}/revoke", dependencies=[requires("payments:write")])
async def revoke_payment_link(request: Request, session: Writing, link_id: UUID) -> LinkShown:
    """For good: whoever holds it is told that it does not work any more."""
    return _shown(request, await revoke_link(session, link_id))


@page_settings.get("", dependencies=[requires("payments:read")])
async def get_page_settings(session: Reading, response: Response) -> PageSettingsShown:
    """Version 0 while nothing was set: payers pay in full."""
    creditor = await parties.creditor(session)
    return _settings_shown(await links.page_settings(session), creditor.currency, response)


@page_settings.put("", dependencies=[requires("payments:admin")])
async def put_page_settings(
    session: Writing, body: PageSettingsBody, response: Response, if_match: IfMatch = None
) -> PageSettingsShown:
    """Whether payers may pay in parts, and the least of a part."""
    creditor = await parties.creditor(session)
    if body.least_part.currency != creditor.currency or body.least_part.minor < 1:
        raise InvalidInput.field("least_part", f"a positive amount in {creditor.currency}")
    known = await links.lock_page_settings(session)
    check_if_match(if_match, known.version if known else 0)
    row = await set_page_settings(
        session, known, may_pay_part=body.may_pay_part, least_part=body.least_part
    )
    return _settings_shown(row, creditor.currency, response)


def _settings_shown(
    row: PageSettings | None, currency: str, response: Response
) -> PageSettingsShown:
    set_etag(response, row.version if row else 0)
    return PageSettingsShown(
        version=row.version if row else 0,
        may_pay_part=row.may_pay_part if row else False,
        least_part=Money(row.least_part_minor if row else 1, currency),
    )


def _shown(request: Request, link: PaymentLink) -> LinkShown:
    maker = LinkMaker.of(settings_of(request.app.state.service))
    return LinkShown.model_validate(
        {
            "id": link.id,
            "kind": link.kind,
            "subject_id": link.subject_id,
            "customer_id": link.customer_id,
            "instalment": link.instalment,
            "url": maker.url(link.creditor_id, link.id),
            "expires_on": link.expires_on,
            "may_pay_part": link.may_pay_part,
            "created_at": link.created_at,
            "revoked_at": link.revoked_at,
        }
    )
