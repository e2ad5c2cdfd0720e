"""The bytes of an e-mail: built once, seven-bit, repeatable, proof against tricks in names."""

from __future__ import annotations

import email.policy
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from services.notifications.domain.message import Channel
from services.notifications.domain.rendered import RenderedMessage
from services.notifications.domain.templates import TemplateName
from services.notifications.rendering.render import render
from tests.factories import notifications_rendering as given


def mail(
    name: str = "Sanne de Wilde",
    *,
    template: TemplateName = TemplateName.INVOICE,
    later: timedelta = timedelta(0),
) -> RenderedMessage:
    return render(
        template,
        "nl",
        Channel.EMAIL,
        given.full_facts()[template],
        given.a_creditor(),
        given.a_customer(name=name),
        given.WRITTEN_AT + later,
        message_id=given.MESSAGE_ID,
    )


def parsed(message: RenderedMessage) -> EmailMessage:
    found = message_from_bytes(message.content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_the_same_mail_twice_is_the_same_bytes() -> None:
    assert mail().content == mail().content
    assert mail().content != mail(later=timedelta(minutes=1)).content


def test_every_line_is_seven_bit_short_and_ends_in_crlf() -> None:
    content = mail("Łukasz Žižek 李").content

    assert content.isascii()
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert all(b"\r" not in line and b"\n" not in line for line in lines)
    assert max(len(line) for line in lines) <= 998


def test_the_message_id_comes_from_our_id_so_that_a_repeat_is_recognised() -> None:
    assert parsed(mail())["Message-ID"] == (
        "<019ab000-0000-7000-8000-000000000001@merewater.example>"
    )


def test_the_head_names_both_parties_the_day_and_asks_robots_not_to_answer() -> None:
    head = parsed(mail("Sanne Ørsted, B.V."))

    assert head["From"].addresses[0].display_name == "Merewater"
    assert head["To"].addresses[0].display_name == "Sanne Ørsted, B.V."
    assert head["To"].addresses[0].addr_spec == "sanne@post.example"
    assert head["Subject"] == "Uw factuur 2026-0004711 van Merewater"
    # In the creditor's own time: winter in Amsterdam is one hour ahead of UTC.
    assert head["Date"] == "Mon, 23 Nov 2026 10:30:00 +0100"
    assert head["Auto-Submitted"] == "auto-generated"
    assert head["Content-Language"] == "nl"


@pytest.mark.parametrize(
    "name",
    [
        "Sanne\r\nBcc: iedereen@post.example",
        "Sanne\nSubject: gratis geld\n\nhallo",
        'Sanne" <ander@post.example>',
        "Sanne\x00\x02\x03\u2028\u202eennaS",
    ],
)
def test_a_name_cannot_add_a_header_or_a_recipient(name: str) -> None:
    head = parsed(mail(name))

    assert head["Bcc"] is None
    assert head.get_all("Subject") == ["Uw factuur 2026-0004711 van Merewater"]
    assert [address.addr_spec for address in head["To"].addresses] == ["sanne@post.example"]


def test_a_name_with_markup_shows_as_text_in_html() -> None:
    html = mail('<script>alert("x")</script> & Zn').html or ""

    assert "<script>" not in html
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; Zn" in html
    assert '<script>alert("x")</script> & Zn' in mail('<script>alert("x")</script> & Zn').text


def test_a_name_cannot_make_itself_bold_or_speak_jinja() -> None:
    message = mail("\x02vet\x03 {{ creditor.iban }}")

    assert "Beste vet {{ creditor.iban }}," in message.text
    assert "<strong>vet" not in (message.html or "")


def test_an_invoice_goes_along_as_the_very_pdf_a_letter_would_be() -> None:
    message = mail()

    (attached,) = parsed(message).iter_attachments()
    assert attached.get_filename() == "factuur-2026-0004711.pdf"
    assert attached.get_content() == message.pdf
    letter = render(
        TemplateName.INVOICE,
        "nl",
        Channel.LETTER,
        given.full_facts()[TemplateName.INVOICE],
        given.a_creditor(),
        given.a_customer(name="Sanne de Wilde"),
        given.WRITTEN_AT,
        message_id=given.MESSAGE_ID,
    )
    assert message.pdf == letter.content


def test_a_reminder_has_no_attachment() -> None:
    assert list(parsed(mail(template=TemplateName.FRIENDLY_REMINDER)).iter_attachments()) == []
