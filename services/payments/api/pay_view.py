"""How the payer's pages look: one page's facts in the words of one language."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date
from babel.numbers import format_currency
from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.payments.api.page_texts import LANGUAGES, TEXTS
from services.payments.config import settings_of
from services.payments.domain.pay_page import PageItem
from services.payments.formats.epc_qr import epc_svg, epc_text, remittance
from services.payments.use_cases.show_pay_page import PayPage
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


@dataclass(frozen=True, slots=True)
class Notice:
    """What just happened, as a key of the texts; `is_of_part`: it is about the amount typed."""

    key: str
    is_bad: bool = False
    is_of_part: bool = False


def draw_page(
    request: Request,
    token: str,
    page: PayPage,
    *,
    notice: Notice | None = None,
    typed: str = "",
    is_waiting: bool = False,
    status: int = 200,
) -> Response:
    """`typed` is what the payer wrote as an amount; while waiting nothing can be paid again."""
    language = choose_language(request, page)
    words = _Words(language)
    notice = notice or _standing_notice(page)
    path = urlsplit(settings_of(request.app.state.service).public_url).path.rstrip("/")
    chosen = request.query_params.get("lang")
    can_pay = bool(page.payable.whole) and not is_waiting
    context: dict[str, Any] = {
        "language": language,
        "languages": LANGUAGES,
        "here": f"{path}/pay/{token}",
        "action": f"{path}/pay/{token}" + (f"?lang={chosen}" if chosen in LANGUAGES else ""),
        "t": words.texts,
        "creditor": page.creditor,
        "about": _about(page, words),
        "facts": _facts(page, words),
        "whole": words.money(page.payable.whole),
        "whole_minor": page.payable.whole.minor,
        "items": [words.item(item) for item in page.items] if page.link.kind != "invoice" else [],
        "is_sum": len(page.payable.invoice_ids) > 1,
        "notice": _sentence(notice, page, words) if notice else "",
        "is_bad": notice is not None and notice.is_bad,
        "is_of_part": notice is not None and notice.is_of_part,
        "can_pay": can_pay,
        "is_waiting": is_waiting,
        "least": words.money(page.payable.least) if page.payable.least and can_pay else "",
        "typed": typed,
        "transfer": _transfer(page, words) if can_pay else [],
        "qr": _qr(page, words) if can_pay else "",
    }
    return _html(request, "pay.html", context, status)


def draw_no_link(request: Request, *, status: int, wait_s: int = 0) -> Response:
    """The same words whether a link is forged, altered, taken back or too old."""
    language = _accepted(request) or "nl"
    context = {
        "language": language,
        "t": TEXTS[language],
        "english": TEXTS["en"] if language != "en" else None,
        "wait_s": wait_s,
    }
    drawn = _html(request, "no_link.html", context, status)
    if wait_s:
        drawn.headers["Retry-After"] = str(wait_s)
    return drawn


def choose_language(request: Request, page: PayPage) -> str:
    """As chosen on the page, then the customer's, the browser's and the creditor's."""
    wished = (request.query_params.get("lang"), page.language, _accepted(request))
    return next((code for code in (*wished, page.creditor.language) if code in LANGUAGES), "en")


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


class _Words:
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

    def item(self, item: PageItem) -> dict[str, str]:
        """One line of a page of several invoices."""
        on = item.collect_on if item.state == "debit" and item.collect_on else item.due_on
        said = [self.say(f"item_{item.state}", date=self.day(on))]
        if item.paid and item.open:
            said.append(self.say("item_paid", amount=self.money(item.paid)))
        return {
            "title": self.say("item", number=item.number),
            "amount": self.money(item.open),
            "says": " ".join(said),
        }


def _about(page: PayPage, words: _Words) -> str:
    if page.instalment is not None:
        number = page.instalment.number
        return words.say("about_instalment", number=number, count=page.instalments)
    if page.link.kind == "invoice":
        return words.say("about_invoice", number=page.items[0].number)
    if page.case_number is not None:
        return words.say("about_case", number=page.case_number)
    return words.say("about_balance")


def _facts(page: PayPage, words: _Words) -> list[tuple[str, str]]:
    """What stands below the amount: the day, and what came in before."""
    if page.instalment is not None:
        return [(words.texts["due"], words.day(page.instalment.due_on))]
    if page.link.kind != "invoice":
        return []
    item = page.items[0]
    facts = []
    if item.open:
        facts.append((words.texts["due"], words.day(item.due_on)))
        if item.paid:
            facts.append((words.texts["already_paid"], words.money(item.paid)))
    return facts


def _standing_notice(page: PayPage) -> Notice | None:
    """How things stand when nothing just happened."""
    if page.link.kind == "invoice":
        state = page.items[0].state
        return Notice(state) if state != "to_pay" else None
    if page.link.kind == "instalment" and not page.instalments:
        return Notice("arrangement_over")
    if page.payable.whole:
        return None
    return Notice("instalment_done" if page.link.kind == "instalment" else "nothing")


def _sentence(notice: Notice, page: PayPage, words: _Words) -> str:
    amount = page.payable.whole
    if notice.key == "paid" and page.visit is not None:
        amount = Money(page.visit.amount_minor, page.visit.currency)
    collect_on = next((item.collect_on for item in page.items if item.collect_on), None)
    return words.say(
        notice.key,
        amount=words.money(amount),
        whole=words.money(page.payable.whole),
        least=words.money(page.payable.least or page.payable.whole),
        date=words.day(collect_on) if collect_on else "",
    )


def _transfer(page: PayPage, words: _Words) -> list[tuple[str, list[str]]]:
    """The fields of a transfer; references in groups that a copy leaves no spaces between."""
    texts = words.texts
    fields = [
        (texts["payee"], [page.creditor.name]),
        (texts["account"], _groups(page.creditor.iban)),
        (texts["amount"], [words.money(page.payable.whole)]),
    ]
    item = _only_item(page)
    if item is None:
        return [*fields, (texts["remittance"], [_remittance(page)])]
    if item.payment_reference:
        return [*fields, (texts["payment_reference"], _groups(item.payment_reference))]
    if item.rf_reference:
        return [*fields, (texts["rf_reference"], _groups(item.rf_reference))]
    return [*fields, (texts["remittance"], [item.number])]


def _qr(page: PayPage, words: _Words) -> Markup | str:
    """The code as SVG; nothing for what a code cannot say, such as other money than euro."""
    amount = page.payable.whole
    item = _only_item(page)
    reference = (item.rf_reference or "") if item is not None else ""
    try:
        payload = epc_text(
            name=page.creditor.name,
            iban=page.creditor.iban,
            amount=amount,
            rf_reference=reference,
            text="" if reference else _remittance(page),
        )
        svg = epc_svg(payload, title=words.say("qr", amount=words.money(amount)))
    except ValueError:
        return ""
    # The library's own markup; what it is given as a title is escaped by it.
    return Markup(svg)  # noqa: S704


def _only_item(page: PayPage) -> PageItem | None:
    """The one invoice that is paid, whose own reference then serves."""
    if len(page.payable.invoice_ids) != 1:
        return None
    return next(item for item in page.items if item.id == page.payable.invoice_ids[0])


def _remittance(page: PayPage) -> str:
    chosen = set(page.payable.invoice_ids)
    numbers = [item.number for item in page.items if item.id in chosen]
    return remittance(page.customer_number, numbers)


def _groups(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]


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
            "Content-Language": context["language"],
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
            f"form-action {forms}; base-uri 'none'; frame-ancestors 'none'",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "Vary": "Accept-Language",
            "X-Content-Type-Options": "nosniff",
        },
    )
