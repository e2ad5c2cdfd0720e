"""Every template in every language on both roads, with all it can say and with the least."""

from __future__ import annotations

import email.policy
import re
from email import message_from_bytes

import pytest
from lxml import html as lxml_html

from services.notifications.domain.facts import Facts, PayableInvoices
from services.notifications.domain.message import Channel
from services.notifications.domain.rendered import RenderedMessage, fingerprint
from services.notifications.domain.templates import TEMPLATES, TemplateName
from services.notifications.rendering.catalog import the_catalog
from services.notifications.rendering.formats import formats_for, grouped
from services.notifications.rendering.render import render
from shared.errors import InvalidInput
from shared.money import Money
from tests.factories import notifications_rendering as given
from tests.unit.notifications.pdf_text import squeezed, text_of

FULL, MINIMAL = given.full_facts(), given.minimal_facts()
KITS = {
    "full": (FULL, given.a_creditor()),
    "minimal": (MINIMAL, given.a_plain_creditor()),
}
TEXTS = [(name, language) for name in TemplateName for language in the_catalog().languages(name)]
# Templates that show how to pay; an invoice in `FULL` is paid by transfer.
PAYABLE = {
    TemplateName.INVOICE,
    TemplateName.FRIENDLY_REMINDER,
    TemplateName.SECOND_REMINDER,
    TemplateName.FOURTEEN_DAY_LETTER,
    TemplateName.FINAL_DEMAND,
    TemplateName.ARRANGEMENT_CONFIRMED,
    TemplateName.ARRANGEMENT_BROKEN,
    TemplateName.DIRECT_DEBIT_RETURNED,
}


def rendered(
    template: TemplateName, language: str, channel: Channel, kit: str = "full"
) -> RenderedMessage:
    facts, creditor = KITS[kit]
    return render(
        template,
        language,
        channel,
        facts[template],
        creditor,
        given.a_customer(),
        given.WRITTEN_AT,
        message_id=given.MESSAGE_ID,
    )


def numbers_in(facts: Facts) -> set[str]:
    """Every invoice number the facts name, wherever they name it."""
    if isinstance(facts, PayableInvoices):
        return set(facts.invoice_numbers)
    named = set(getattr(facts, "invoice_numbers", ()))
    named |= {item.invoice_number for item in getattr(facts, "applied", ())}
    named |= {getattr(facts, key) for key in ("number", "credited_invoice") if hasattr(facts, key)}
    return named


@pytest.mark.parametrize("kit", KITS)
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize(("template", "language"), TEXTS)
def test_a_message_says_what_its_facts_hold(
    template: TemplateName, language: str, channel: Channel, kit: str
) -> None:
    facts, creditor = KITS[kit]
    message = rendered(template, language, channel, kit)

    paper = text_of(message.pdf) if message.pdf else None
    forms = [squeezed(message.text), *([paper] if paper else [])]
    if message.html:
        page = lxml_html.fromstring(message.html)
        forms.append(squeezed("".join(map(str, page.itertext()))))
    for form in forms:
        assert squeezed(f"{given.a_customer().name},") in form
        assert creditor.name in form
        for number in numbers_in(facts[template]):
            assert number in form
        for amount in _amounts(facts[template]):
            assert squeezed(formats_for(language).money(amount)) in form
        if template in PAYABLE:
            assert squeezed(grouped(creditor.iban)) in form
            assert "5000056789012345" in form
        link = getattr(facts[template], "link", None)
        if link is not None and template is not TemplateName.CREDIT_NOTE:
            assert link in form
        assert not re.search(r"\{\{|\{%|None|\[\]|Decimal|[\x00-\x08]", form)
    assert message.subject.strip() == message.subject != ""
    assert message.sha256 == fingerprint(message.content)
    assert message.language == language


def _amounts(facts: Facts) -> list[Money]:
    keys = ("total", "amount", "costs", "still_open", "disputed", "overpaid", "missed_total")
    found = [getattr(facts, key, None) for key in keys]
    return [amount for amount in found if amount is not None]


@pytest.mark.parametrize(("template", "language"), TEXTS)
def test_a_reference_and_an_iban_are_shown_in_groups_of_four(
    template: TemplateName, language: str
) -> None:
    message = rendered(template, language, Channel.EMAIL)

    if template in PAYABLE:
        assert "NL86 INGB 0002 4455 88" in message.text
        assert "5000 0567 8901 2345" in message.text
        assert "5000 0567 8901 2345" in (message.html or "")


@pytest.mark.parametrize("template", TemplateName)
def test_an_email_carries_the_same_text_and_html_that_were_rendered(
    template: TemplateName,
) -> None:
    message = rendered(template, "nl", Channel.EMAIL)

    parsed = message_from_bytes(message.content, policy=email.policy.default)
    plain = parsed.get_body(("plain",))
    rich = parsed.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().replace("\r\n", "\n") == message.text
    assert rich.get_content().replace("\r\n", "\n").rstrip("\n") == (message.html or "").rstrip(
        "\n"
    )
    attached = [part.get_filename() for part in parsed.iter_attachments()]
    assert bool(attached) == TEMPLATES[template].pdf_with_email


@pytest.mark.parametrize(("template", "language"), TEXTS)
def test_an_html_mail_can_be_read_aloud_and_loads_nothing(
    template: TemplateName, language: str
) -> None:
    message = rendered(template, language, Channel.EMAIL)

    page = lxml_html.document_fromstring(message.html or "")
    assert page.get("lang") == language
    assert page.findtext(".//title") == message.subject
    assert len(page.findall(".//h1")) == 1
    for table in page.findall(".//table"):
        assert table.findtext("caption")
        assert all(cell.get("scope") in {"col", "row"} for cell in table.iter("th"))
    assert not page.xpath("//img | //script | //link | //iframe | //*[@src] | //*[@onclick]")
    assert "url(" not in (message.html or "")


def test_a_letter_without_an_address_and_a_mail_without_a_mailbox_are_refused() -> None:
    for channel, changes, field in (
        (Channel.LETTER, {"address": None}, "customer.address"),
        (Channel.EMAIL, {"email": None}, "customer.email"),
        (Channel.EMAIL, {"email": "sänne@post.example"}, "customer.email"),
    ):
        with pytest.raises(InvalidInput) as refused:
            render(
                TemplateName.FRIENDLY_REMINDER,
                "nl",
                channel,
                FULL[TemplateName.FRIENDLY_REMINDER],
                given.a_creditor(),
                given.a_customer(**changes),
                given.WRITTEN_AT,
                message_id=given.MESSAGE_ID,
            )
        assert [problem.field for problem in refused.value.problems] == [field]


def test_facts_of_another_template_are_refused() -> None:
    with pytest.raises(InvalidInput, match="invoice needs InvoiceFacts"):
        render(
            TemplateName.INVOICE,
            "nl",
            Channel.EMAIL,
            FULL[TemplateName.FRIENDLY_REMINDER],
            given.a_creditor(),
            given.a_customer(),
            given.WRITTEN_AT,
            message_id=given.MESSAGE_ID,
        )


@pytest.mark.parametrize(("scheme", "told"), [("core", True), ("b2b", False)])
def test_an_announcement_tells_of_the_right_of_refund_where_there_is_one(
    scheme: str, told: bool
) -> None:
    """Eight weeks under the Core rulebook; a B2B debit is not refunded."""
    message = render(
        TemplateName.DIRECT_DEBIT_ANNOUNCED,
        "nl",
        Channel.EMAIL,
        given.announced_debits(("142.60",), scheme=scheme),
        given.a_creditor(),
        given.a_customer(),
        given.WRITTEN_AT,
        message_id=given.MESSAGE_ID,
    )
    said = " ".join(message.text.split())
    assert ("acht weken" in said) is told
    assert "M-2026-000077" in said
    assert "NL59ZZZ123456780000" in said
    assert "14 december 2026" in said
