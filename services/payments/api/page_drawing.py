"""What the pages without a login share: one style sheet, four languages, careful headers."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from babel.dates import format_date
from babel.numbers import format_currency
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.payments.api.page_limits import TooManyLooks
from services.payments.api.page_texts import LANGUAGES, TEXTS
from services.payments.config import settings_of
from services.payments.models import Creditor
from shared.money import Money

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# The one style sheet stands in the page itself, and nothing else may: its hash says which.
_STYLE = hashlib.sha256(_PAGES.get_template("pay.css").render().encode()).digest()
_STYLE_HASH = base64.b64encode(_STYLE).decode()


class Words:
    """Amounts, days and sentences of one language."""

    def __init__(self, language: str) -> None:
        self.language = "en_GB" if language == "en" else language
        self.texts = TEXTS[language]

    def money(self, amount: Money) -> str:
        return format_currency(amount.to_decimal(), amount.currency, locale=self.language)

    def day(self, day: date) -> str:
        return format_date(day, format="long", locale=self.language)

    def say(self, key: str, **parts: object) -> str:
        return self.texts[key].format(**parts)


def own_address(request: Request, path: str) -> str:
    """Where payers reach `path` of this service."""
    return f"{settings_of(request.app.state.service).public_url.rstrip('/')}{path}"


def in_language(request: Request, url: str, **query: object) -> str:
    """The address in the language that was chosen on the page, if one was."""
    chosen = request.query_params.get("lang")
    query |= {"lang": chosen} if chosen in LANGUAGES else {}
    return f"{url}?{urlencode(query)}" if query else url


def redirect(url: str) -> Response:
    return RedirectResponse(url, status_code=303, headers={"Cache-Control": "no-store"})


def choose_language(request: Request, customer: str | None, creditor: str) -> str:
    """As chosen on the page, then the customer's, the browser's and the creditor's."""
    wished = (request.query_params.get("lang"), customer, _accepted(request), creditor)
    return next((code for code in wished if code in LANGUAGES), "en")


def creditors_page(
    request: Request, path: str, creditor: Creditor, language: str
) -> dict[str, Any]:
    """What every page of a creditor shows above and below, and where its form leads."""
    here = urlsplit(own_address(request, path)).path
    return {
        "language": language,
        "languages": LANGUAGES,
        "here": here,
        "action": in_language(request, here),
        "t": TEXTS[language],
        "creditor": creditor,
    }


def draw(
    name: str, context: dict[str, Any], *, status: int = 200, forms_lead_to: str = "'self'"
) -> Response:
    return HTMLResponse(
        _PAGES.get_template(name).render(context),
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "Content-Language": context["language"],
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
            f"form-action {forms_lead_to}; base-uri 'none'; frame-ancestors 'none'",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "Vary": "Accept-Language",
            "X-Content-Type-Options": "nosniff",
        },
    )


def draw_no_link(request: Request, about: str, error: Exception) -> Response:
    """The same words whether a link is forged, altered, taken back or too old.

    `about` names them: `no_link` or `no_mandate`. Whoever comes too often is told how long to wait.
    """
    language = _accepted(request) or "nl"
    wait_s = error.wait_s if isinstance(error, TooManyLooks) else 0
    context = {
        "language": language,
        "t": TEXTS[language],
        "english": TEXTS["en"] if language != "en" else None,
        "about": about,
        "wait_s": wait_s,
    }
    drawn = draw("no_link.html", context, status=429 if wait_s else 404)
    if wait_s:
        drawn.headers["Retry-After"] = str(wait_s)
    return drawn


def _accepted(request: Request) -> str | None:
    """The best of our languages in `Accept-Language` (RFC 9110, 12.5.4)."""
    best: tuple[float, str] | None = None
    for wish in request.headers.get("accept-language", "")[:500].split(","):
        tag, _, weight = wish.replace(" ", "").partition(";q=")
        code = tag.split("-")[0].lower()
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if code in LANGUAGES and quality > 0 and (best is None or quality > best[0]):
            best = (quality, code)
    return best[1] if best else None
