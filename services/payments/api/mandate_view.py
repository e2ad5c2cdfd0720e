"""How the page of an online mandate looks: what is signed, by whom, and how it stands."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from services.payments.api.page_drawing import Words, choose_language, creditors_page, draw
from services.payments.api.page_texts.mandate_terms import MANDATE_TERMS
from services.payments.use_cases.confirm_mandate import MandatePage

# How it stands on a page that says nothing can be signed any more: gone for good.
_GONE = ("withdrawn", "expired", "ended")


def draw_mandate(request: Request, token: str, page: MandatePage) -> Response:
    language = choose_language(request, page.language, page.creditor.language)
    words = Words(language)
    creditor = page.creditor.name
    terms = MANDATE_TERMS[language, page.mandate.scheme]
    is_gone = page.standing in _GONE
    context = {
        **creditors_page(request, f"/mandate/{token}", page.creditor, language),
        "questions": "mandate_questions",
        "notice": _notice(page, words),
        "is_bad": is_gone,
        "can_sign": page.standing == "asked",
        "why": words.say(
            "mandate_why_once" if page.mandate.is_one_off else "mandate_why", creditor=creditor
        ),
        "facts": [] if is_gone else _facts(page, words),
        "heading": terms.heading,
        "terms": [terms.authorisation.format(creditor=creditor), terms.refund],
        "until": words.say("mandate_until", date=words.day(page.until)),
    }
    return draw("mandate.html", context, status=410 if is_gone else 200)


def _notice(page: MandatePage, words: Words) -> str:
    if page.standing == "asked":
        return ""
    return words.say(f"mandate_{page.standing}", date=words.day(page.mandate.signed_on))


def _facts(page: MandatePage, words: Words) -> list[tuple[str, str]]:
    """The fields of the mandate; whoever else may see the screen learns no account from it."""
    texts = words.texts
    address = page.creditor.address
    street = f"{address['street']} {address['house_number']}"
    place = f"{address['postcode']} {address['city']}, {address['country']}"
    kind = "mandate_once" if page.mandate.is_one_off else "mandate_recurrent"
    facts = []
    if page.account_holder and page.iban_ending:
        facts += [
            (texts["mandate_holder"], page.account_holder),
            (texts["account"], words.say("mandate_ending", ending=page.iban_ending)),
        ]
    return [
        *facts,
        (texts["mandate_kind"], texts[kind]),
        (texts["mandate_reference"], page.mandate.reference),
        (texts["mandate_creditor"], f"{page.creditor.name}, {street}, {place}"),
        (texts["mandate_creditor_id"], page.creditor.sepa_creditor_id or "–"),
    ]
