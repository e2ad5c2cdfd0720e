"""PDF letters: literal, repeatable, addressed, readable aloud."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.notifications.domain.message import Channel
from services.notifications.domain.parties import Customer, PostalAddress
from services.notifications.domain.rendered import RenderedMessage
from services.notifications.domain.templates import TemplateName
from services.notifications.rendering.render import render
from tests.factories import notifications_rendering as given
from tests.unit.notifications.pdf_text import pages_of, squeezed, text_of

HOSTILE = [
    '#read("/etc/passwd")',
    '#panic("stop") #{ while true {} }',
    "*vet* _schuin_ $x^2$ = kop <label> @verwijzing",
    "]] #sys.inputs.letter [[",
    '"}, "recipient": ["x"], {"',
    "\\u{23} \\ \\\\ // weg /* weg */ `code`",
    "{{ 7 * 7 }} {% raw %}",
    "R. & D. <b>Bold</b> &amp;",
]


def invoice_for(customer: Customer, *, later: timedelta = timedelta(0)) -> RenderedMessage:
    return render(
        TemplateName.INVOICE,
        "nl",
        Channel.LETTER,
        given.full_facts()[TemplateName.INVOICE],
        given.a_creditor(),
        customer,
        given.WRITTEN_AT + later,
        message_id=given.MESSAGE_ID,
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_as_it_is_written(name: str) -> None:
    paper = text_of(invoice_for(given.a_customer(name=name)).content)

    # Once in the window, once in the greeting.
    assert paper.count(squeezed(name)) == 2
    assert "root:" not in paper


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Łukasz Žižek-Ñandú", "Łukasz Žižek-Ñandú"),
        ("Іван Ψαράς", "Іван Ψαράς"),
        ("Sanne 😀 de 👍🏽 Wilde", "Sanne □ de □□ Wilde"),
        ("李明 Li Ming", "□□ Li Ming"),
        ("Jan \ue000\ufffd\U000e0fff Smit", "Jan Smit"),
    ],
)
def test_a_mark_no_font_has_becomes_a_box_and_the_letter_still_goes(
    name: str, printed: str
) -> None:
    letter = invoice_for(given.a_customer(name=name))

    assert squeezed(f"Beste {printed},") in text_of(letter.content)
    assert letter.content == invoice_for(given.a_customer(name=name)).content


def test_the_same_letter_twice_is_the_same_bytes() -> None:
    once, again = invoice_for(given.a_customer()), invoice_for(given.a_customer())

    assert once.content == again.content
    assert once.sha256 == again.sha256


def test_a_letter_written_by_another_process_is_the_same_bytes() -> None:
    spawn = multiprocessing.get_context("spawn")

    with ProcessPoolExecutor(1, mp_context=spawn) as elsewhere:
        theirs = elsewhere.submit(invoice_for, given.a_customer()).result(timeout=60)

    assert theirs.content == invoice_for(given.a_customer()).content


def test_another_second_of_writing_is_another_file() -> None:
    once = invoice_for(given.a_customer())

    assert invoice_for(given.a_customer(), later=timedelta(seconds=1)).sha256 != once.sha256
    assert invoice_for(given.a_customer(), later=timedelta(milliseconds=1)).sha256 == once.sha256


def test_threads_that_render_at_once_do_not_mix_their_letters() -> None:
    names = [f"Klant Nummer {number}" for number in range(12)]

    with ThreadPoolExecutor(4) as threads:
        letters = list(threads.map(lambda name: invoice_for(given.a_customer(name=name)), names))

    for name, letter in zip(names, letters, strict=True):
        assert squeezed(f"Beste {name},") in text_of(letter.content)
    assert letters[0].content == invoice_for(given.a_customer(name=names[0])).content


def test_the_file_is_for_the_archive_and_for_screen_readers() -> None:
    pdf = invoice_for(given.a_customer()).content

    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Lang(nl)" in pdf


def test_a_foreign_address_ends_with_the_country_in_the_senders_language() -> None:
    abroad = PostalAddress(
        street="Lindenweg", house_number="3", postcode="47533", city="Kleve", country="DE"
    )
    at_home = text_of(invoice_for(given.a_customer()).content)

    paper = text_of(invoice_for(given.a_customer(address=abroad)).content)
    assert "Lindenweg347533KleveDUITSLAND" in paper
    assert "Lindelaan7B3581XZUTRECHT" in at_home
    assert "NEDERLAND" not in at_home


def test_a_letter_knows_the_country_it_goes_to_and_a_mail_does_not() -> None:
    assert invoice_for(given.a_customer()).country == "NL"
    assert given.a_message().country is None


def test_a_long_bill_runs_over_pages_that_are_numbered() -> None:
    facts = given.full_facts()[TemplateName.INVOICE]
    many = facts.model_copy(update={"lines": given.water_lines()["lines"] * 20})  # type: ignore[operator]

    letter = render(
        TemplateName.INVOICE,
        "nl",
        Channel.LETTER,
        many,
        given.a_creditor(),
        given.a_customer(),
        given.WRITTEN_AT,
        message_id=given.MESSAGE_ID,
    )
    pages = pages_of(letter.content)
    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert f"Pagina{number}van{len(pages)}" in page
        # The head of the table returns on each page that has a piece of it.
        assert ("Drinkwater" in page) <= ("Tarief(EUR)" in page)


def test_an_invoice_shows_lines_vat_per_rate_the_levy_and_the_total() -> None:
    paper = text_of(invoice_for(given.a_customer()).content)

    for shown in (
        "Drinkwater100m³1,629%€162,00",
        "Vastrechtaansluiting12maanden5,9291679%€71,15",
        "Totaalzonderbtw€325,15",
        "21%btwover€50,00€10,50",
        "9%btwover€275,15€24,76",
        "Rioolheffing(voorgemeenteUtrecht,geenbtw)€96,40",
        "Totaal€456,81",
        "1.2041.304(geschat)100m³",
        "Btw-nummerNL001234567B01",
    ):
        assert shown in paper
