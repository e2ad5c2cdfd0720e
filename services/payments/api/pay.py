"""The payer's page behind a payment link: plain HTML, no script, no token but the link itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.payments.api.page_texts import LANGUAGES, PROVIDER_LOCALES, TEXTS
from services.payments.config import settings_of
from services.payments.domain.links import Link, NoSuchLink
from services.payments.providers.provider import ProviderAway
from services.payments.use_cases.ask_provider import refresh
from services.payments.use_cases.links import LinkMaker
from services.payments.use_cases.show_pay_page import PayPage, show_pay_page
from services.payments.use_cases.start_provider_payment import (
    NothingToPay,
    start_provider_payment,
)
from shared.clock import business_date
from shared.service import Service

router = APIRouter(prefix="/pay", include_in_schema=False)

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
_REFRESH_S = 5
_PENDING = ("created", "unknown", "open")
_ENDED_BADLY = ("failed", "expired", "cancelled")


@router.get("/{token}")
async def pay_page(request: Request, token: str) -> Response:
    """What is to be paid, how to transfer it, and a button."""
    try:
        page = await show_pay_page(request.app.state.service, _open(request, token))
    except NoSuchLink:
        return _no_link(request)
    return _page(request, token, page)


@router.post("/{token}")
async def start_paying(request: Request, token: str) -> Response:
    """Begin a payment at the provider and send the payer there."""
    service: Service = request.app.state.service
    try:
        link = _open(request, token)
        page = await show_pay_page(service, link)
    except NoSuchLink:
        return _no_link(request)
    locale = PROVIDER_LOCALES[_language(request, page.language)]
    own_url = f"{settings_of(service).public_url.rstrip('/')}/pay/{token}"
    try:
        address = await start_provider_payment(service, link, pay_url=own_url, locale=locale)
    except NothingToPay:
        return RedirectResponse(own_url, status_code=303)
    except ProviderAway:
        return _page(request, token, page, notice="away", bad=True, status=503)
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


@router.get("/{token}/return")
async def after_paying(request: Request, token: str) -> Response:
    """Where the provider sends the payer back to: paid, not paid, or not known yet."""
    service: Service = request.app.state.service
    try:
        link = _open(request, token)
        page = await show_pay_page(service, link)
        if page.visit is not None and page.visit.status in _PENDING:
            await refresh(service, link.creditor_id, page.visit)
            page = await show_pay_page(service, link)
    except NoSuchLink:
        return _no_link(request)
    status = page.visit.status if page.visit else ""
    if status == "paid":
        return _page(request, token, page, notice="paid")
    if status in _PENDING:
        return _page(request, token, page, notice="pending", refresh_s=_REFRESH_S)
    if status in _ENDED_BADLY:
        return _page(request, token, page, notice="failed", bad=True)
    return _page(request, token, page)


def _open(request: Request, token: str) -> Link:
    """The link behind the token; it is good until the end of its last day in UTC."""
    service: Service = request.app.state.service
    today = business_date(service.clock.now(), ZoneInfo("UTC"))
    return LinkMaker.of(settings_of(service)).open(token, today)


def _language(request: Request, known: str) -> str:
    asked = request.query_params.get("lang", known)
    return asked if asked in LANGUAGES else "en"


def _page(
    request: Request,
    token: str,
    page: PayPage,
    *,
    notice: str = "",
    bad: bool = False,
    refresh_s: int = 0,
    status: int = 200,
) -> Response:
    settings = settings_of(request.app.state.service)
    language = _language(request, page.language)
    texts = TEXTS[language]
    notice = notice or (page.state if page.state != "to_pay" else "")
    context: dict[str, Any] = {
        "language": language,
        "languages": LANGUAGES,
        "t": texts,
        "creditor": page.creditor,
        "number": page.item.number,
        "due_on": _date(page.item.due_on, language),
        "amount": format_currency(page.amount.to_decimal(), page.amount.currency, locale=language),
        "to_pay": page.state in {"to_pay", "debit"},
        "can_pay": page.state == "to_pay" and not refresh_s,
        "action": f"{urlsplit(settings.public_url).path.rstrip('/')}/pay/{token}",
        "iban": " ".join(
            page.creditor.iban[start : start + 4] for start in range(0, len(page.creditor.iban), 4)
        ),
        "reference": _reference(page),
        "notice": _notice(texts, notice, page, language),
        "bad": bad,
        "refresh_s": refresh_s,
    }
    return _html(request, "pay.html", context, status)


def _notice(texts: dict[str, str], name: str, page: PayPage, language: str) -> str:
    if not name:
        return ""
    on = _date(page.debit.collect_on, language) if page.debit is not None else ""
    return texts[name].format(date=on)


def _date(day: date, language: str) -> str:
    return format_date(day, format="long", locale=language)


def _reference(page: PayPage) -> str:
    reference = page.item.payment_reference or page.item.rf_reference or ""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def _no_link(request: Request) -> Response:
    """No word on whether the link is forged, altered or too old."""
    preferred = request.headers.get("accept-language", "nl")[:2].lower()
    language = preferred if preferred in LANGUAGES else "nl"
    context = {
        "language": language,
        "t": TEXTS[language],
        "english": TEXTS["en"],
        "refresh_s": 0,
    }
    return _html(request, "no_link.html", context, 404)


def _html(request: Request, name: str, context: dict[str, Any], status: int) -> Response:
    settings = settings_of(request.app.state.service)
    provider = urlsplit(settings.provider_url)
    # A form may lead to the provider's checkout, which is a page of its own on https.
    forms = f"'self' https: {provider.scheme}://{provider.netloc}"
    return HTMLResponse(
        _PAGES.get_template(name).render(context),
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
            f"form-action {forms}; base-uri 'none'; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )
