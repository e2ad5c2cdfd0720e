"""How the payer's pages look: one page's facts in the words of one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from services.payments.api.page_drawing import (
    Words,
    choose_language,
    creditors_page,
    draw,
)
from services.payments.config import settings_of
from services.payments.domain.pay_page import PageItem
from services.payments.formats.epc_qr import epc_svg, epc_text, remittance
from services.payments.use_cases.show_pay_page import PayPage
from shared.money import Money


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
    language = language_of(request, page)
    words = Words(language)
    notice = notice or _standing_notice(page)
    can_pay = bool(page.payable.whole) and not is_waiting
    context: dict[str, Any] = {
        **creditors_page(request, f"/pay/{token}", page.creditor, language),
        "questions": "questions",
        "about": _about(page, words),
        "facts": _facts(page, words),
        "bailiffs": page.bailiffs,
        "whole": words.money(page.payable.whole),
        "whole_minor": page.payable.whole.minor,
        "items": [_line(item, words) for item in page.items] if page.link.kind != "invoice" else [],
        "is_sum": len(page.payable.invoice_ids) > 1,
        "credit": words.say("credit", amount=words.money(page.credit)) if page.credit else "",
        "to_pay": words.texts["to_pay_now" if _is_some_left_out(page) else "to_pay"],
        "notice": _sentence(notice, page, words) if notice else "",
        "more": words.texts.get(f"{notice.key}_more", "") if notice else "",
        "is_bad": notice is not None and notice.is_bad,
        "is_of_part": notice is not None and notice.is_of_part,
        "can_pay": can_pay,
        "is_waiting": is_waiting,
        "least": words.money(page.payable.least) if page.payable.least and can_pay else "",
        "typed": typed,
        "transfer": _transfer(page, words) if can_pay else [],
        "qr": _qr(page, words) if can_pay else "",
    }
    provider = urlsplit(settings_of(request.app.state.service).provider_url)
    # A form may lead to the provider's checkout, which is a page of its own on https.
    forms_lead_to = f"'self' https: {provider.scheme}://{provider.netloc}"
    return draw("pay.html", context, status=status, forms_lead_to=forms_lead_to)


def language_of(request: Request, page: PayPage) -> str:
    return choose_language(request, page.language, page.creditor.language)


def _line(item: PageItem, words: Words) -> dict[str, str]:
    """One invoice on a page of several."""
    on = item.collect_on if item.state == "debit" and item.collect_on else item.due_on
    said = [words.say(f"item_{item.state}", date=words.day(on))]
    if item.paid and item.open:
        said.append(words.say("item_paid", amount=words.money(item.paid)))
    return {
        "title": words.say("item", number=item.number),
        "amount": words.money(item.open),
        "says": " ".join(said),
    }


def _about(page: PayPage, words: Words) -> str:
    if page.instalment is not None:
        number = page.instalment.number
        return words.say("about_instalment", number=number, count=page.instalments)
    if page.link.kind == "invoice":
        return words.say("about_invoice", number=page.items[0].number)
    if page.link.kind == "case":
        return words.say("about_case", number=page.case_number or "")
    return words.say("about_balance")


def _facts(page: PayPage, words: Words) -> list[tuple[str, str]]:
    """What stands below the amount: the day, what came in before, the case a bailiff has."""
    if page.instalment is not None:
        return [(words.texts["due"], words.day(page.instalment.due_on))]
    facts = []
    if page.link.kind == "invoice":
        item = page.items[0]
        if item.open and item.state != "bailiff":
            facts.append((words.texts["due"], words.day(item.due_on)))
        if item.paid:
            facts.append((words.texts["already_paid"], words.money(item.paid)))
    if page.case_number and _standing_notice(page) == Notice("bailiff"):
        facts.append((words.texts["case_number"], page.case_number))
    return facts


def _is_some_left_out(page: PayPage) -> bool:
    """Whether more is open than is asked for here: then the sum is what is to be paid now."""
    if page.link.kind == "instalment":
        return False
    return any(item.open and item.id not in page.payable.invoice_ids for item in page.items)


def _standing_notice(page: PayPage) -> Notice | None:
    """How things stand when nothing just happened."""
    if page.link.kind == "invoice":
        state = page.items[0].state
        return Notice(state) if state != "to_pay" else None
    if page.link.kind == "instalment" and not page.instalments:
        return Notice("arrangement_over")
    if page.payable.whole:
        return None
    if any(item.state == "bailiff" for item in page.items):
        return Notice("bailiff")
    return Notice("instalment_done" if page.link.kind == "instalment" else "nothing")


def _sentence(notice: Notice, page: PayPage, words: Words) -> str:
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


def _transfer(page: PayPage, words: Words) -> list[tuple[str, list[str]]]:
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


def _qr(page: PayPage, words: Words) -> Markup | str:
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
