"""Open items as payments knows them, and the link under which each can be paid."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel

from services.payments.config import settings_of
from services.payments.domain.clues import number_key
from services.payments.models import OpenItem
from services.payments.repository import matching
from services.payments.use_cases.links import LinkMaker
from shared.auth import requires
from shared.db import scope_of
from shared.errors import NotFound
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading
from shared.http.unit import router as noun_router
from shared.money import Money

router = noun_router("/open-items", "open items")


class OpenItemShown(BaseModel):
    """`open` is billing's balance; `available` is what no payment has claimed meanwhile."""

    invoice_id: UUID
    customer_id: UUID
    number: str | None
    status: str
    due_on: date
    open: Money
    available: Money
    collection: str | None
    rf_reference: str | None
    payment_reference: str | None


class OpenItemWithLink(OpenItemShown):
    pay_url: str | None


@router.get("", dependencies=[requires("payments:read")])
async def list_open_items(
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    number: str | None = None,
    status: Literal["open", "settled", "credited", "written_off"] | None = None,
) -> Page[OpenItemShown]:
    rows = await matching.open_items(
        session,
        paging,
        customer_id=customer_id,
        number=number_key(number) if number is not None else None,
        status=status,
    )
    unsettled = await matching.unsettled_minor(session, [row.id for row in rows])
    return paging.page(rows, lambda row: _shown(row, unsettled), lambda row: (row.id,))


@router.get("/{invoice_id}", dependencies=[requires("payments:read")])
async def get_open_item(request: Request, session: Reading, invoice_id: UUID) -> OpenItemWithLink:
    row = (await matching.open_items_by_id(session, [invoice_id])).get(invoice_id)
    if row is None:
        raise NotFound("no open item for this invoice")
    url = None
    if row.issued_on is not None:
        links = LinkMaker.of(settings_of(request.app.state.service))
        url = links.url(scope_of(session).creditor_id, row.id)
    shown = _shown(row, await matching.unsettled_minor(session, [row.id]))
    return OpenItemWithLink(**dict(shown), pay_url=url)


def _shown(row: OpenItem, unsettled: dict[UUID, int]) -> OpenItemShown:
    return OpenItemShown(
        invoice_id=row.id,
        customer_id=row.customer_id,
        number=row.number,
        status=row.status,
        due_on=row.due_on,
        open=Money(row.open_minor, row.currency),
        available=matching.item_of(row, unsettled.get(row.id, 0)).available,
        collection=row.collection,
        rf_reference=row.rf_reference,
        payment_reference=row.payment_reference,
    )
