"""The payer's page behind a payment link: plain HTML, no script, no token but the link itself."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from services.payments.api.page_drawing import draw_no_link, in_language, own_address, redirect
from services.payments.api.page_limits import TooManyLooks, admit, note_no_link
from services.payments.api.page_texts import PROVIDER_LOCALES
from services.payments.api.pay_view import Notice, draw_page, language_of
from services.payments.config import settings_of
from services.payments.domain.links import Link, NoSuchLink
from services.payments.domain.pay_page import is_payable, parse_amount
from services.payments.domain.transitions import PROVIDER_PAYMENTS_PENDING
from services.payments.providers.provider import ProviderAway
from services.payments.use_cases.ask_provider import refresh
from services.payments.use_cases.links import LinkMaker
from services.payments.use_cases.show_pay_page import PayPage, show_pay_page
from services.payments.use_cases.start_provider_payment import (
    NothingToPay,
    StartPayment,
    start_provider_payment,
)
from shared.ids import uuid7
from shared.money import Money
from shared.service import Service

router = APIRouter(prefix="/pay", include_in_schema=False)

# How long the page waits before it looks again by itself; then it leaves that to the payer.
_LOOK_AGAIN_S = (3, 5, 10, 20, 30, 60)
_ENDED_BADLY = ("failed", "expired", "cancelled")


@router.get("/{token}")
async def pay_page(request: Request, token: str) -> Response:
    """What is to be paid, how to transfer it, and a button."""
    try:
        page = await show_pay_page(_service(request), await _open(request, token))
    except (NoSuchLink, TooManyLooks) as error:
        return draw_no_link(request, "no_link", error)
    return draw_page(request, token, page)


@router.post("/{token}")
async def start_paying(
    request: Request,
    token: str,
    amount: Annotated[str | None, Form(max_length=40)] = None,
    seen: Annotated[int | None, Form()] = None,
) -> Response:
    """Begin a payment at the provider and send the payer there.

    `amount` is a part in the payer's own writing; `seen` the whole in minor units that the payer
    was shown.
    """
    service = _service(request)
    try:
        link = await _open(request, token)
        page = await _up_to_date(service, link)
    except (NoSuchLink, TooManyLooks) as error:
        return draw_no_link(request, "no_link", error)
    own_url = own_address(request, f"/pay/{token}")
    if page.visit is not None and page.visit.status == "paid" and not page.payable.whole:
        return redirect(in_language(request, f"{own_url}/return"))
    if not page.payable.whole:
        return redirect(in_language(request, own_url))
    part = parse_amount(amount, page.payable.whole.currency) if amount is not None else None
    notice = _objection(page, amount, part, seen)
    if notice is not None:
        return draw_page(request, token, page, notice=notice, typed=amount or "", status=422)
    visit_id = uuid7()
    command = StartPayment(
        visit_id=visit_id,
        creditor_id=link.creditor_id,
        customer_id=page.link.customer_id,
        link_id=link.id,
        invoice_ids=page.payable.invoice_ids,
        amount=part or page.payable.whole,
        return_url=in_language(request, f"{own_url}/return", visit=visit_id),
        locale=PROVIDER_LOCALES[language_of(request, page)],
    )
    try:
        return redirect(await start_provider_payment(service, command))
    except NothingToPay:
        return redirect(in_language(request, own_url))
    except ProviderAway:
        return draw_page(request, token, page, notice=Notice("away", is_bad=True), status=503)


@router.get("/{token}/return")
async def after_paying(
    request: Request, token: str, look: int = 0, visit: UUID | None = None
) -> Response:
    """Where the provider sends the payer back to: paid, not paid, or not known yet.

    `visit` is what the payer comes back from: in another tab they may have begun another.
    """
    try:
        page = await _up_to_date(_service(request), await _open(request, token), visit)
    except (NoSuchLink, TooManyLooks) as error:
        return draw_no_link(request, "no_link", error)
    status = page.visit.status if page.visit else ""
    if status == "paid":
        return draw_page(request, token, page, notice=Notice("paid"))
    if status in PROVIDER_PAYMENTS_PENDING:
        wait_s = _LOOK_AGAIN_S[look] if 0 <= look < len(_LOOK_AGAIN_S) else 0
        waiting = Notice("pending" if wait_s else "still_pending")
        drawn = draw_page(request, token, page, notice=waiting, is_waiting=True)
        if wait_s:
            # A header, not a meta element: what is read aloud does not begin anew by itself
            # more than a few times, and then stays (WCAG 2.2.1).
            named = {"visit": visit} if visit else {}
            again = in_language(request, "return", look=look + 1, **named)
            drawn.headers["Refresh"] = f"{wait_s}; url={again}"
        return drawn
    if status in _ENDED_BADLY:
        if status == "cancelled" and page.visit and page.visit.withdraw_asked_at is not None:
            # We ended it: what can be paid now has changed, or what the page tells by itself.
            changed = Notice("withdrawn", is_bad=True) if page.payable.whole else None
            return draw_page(request, token, page, notice=changed)
        return draw_page(request, token, page, notice=Notice(status, is_bad=True))
    return draw_page(request, token, page)


async def _up_to_date(service: Service, link: Link, visit_id: UUID | None = None) -> PayPage:
    """The page, after the provider was asked about a visit that has no known end."""
    page = await show_pay_page(service, link, visit_id)
    if page.visit is None or page.visit.status not in PROVIDER_PAYMENTS_PENDING:
        return page
    await refresh(service, link.creditor_id, page.visit)
    return await show_pay_page(service, link, visit_id)


def _objection(
    page: PayPage, typed: str | None, part: Money | None, seen: int | None
) -> Notice | None:
    """Why paying cannot begin with what the payer sent."""
    if typed is not None and part is None:
        return Notice("part_wrong", is_bad=True, is_of_part=True)
    if part is not None and not is_payable(part, page.payable):
        return Notice("part_range", is_bad=True, is_of_part=True)
    if part is None and seen is not None and seen != page.payable.whole.minor:
        return Notice("changed", is_bad=True)
    return None


async def _open(request: Request, token: str) -> Link:
    """The link behind the token; raises `NoSuchLink`, or `TooManyLooks` whatever it is."""
    try:
        link = LinkMaker.of(settings_of(_service(request))).open(token)
    except NoSuchLink:
        await admit(request, None)
        await note_no_link(request)
        raise
    await admit(request, str(link.id))
    return link


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
