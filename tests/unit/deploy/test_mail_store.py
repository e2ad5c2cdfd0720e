"""Caught mail: what is found, what is shown of it, what is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

from deploy.local.mail_store import MailStore, parse_content

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _mail(subject: str, *, attachment: bytes | None = None) -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("Dear customer\n")
    message.add_alternative("<p>Dear customer</p>", subtype="html")
    if attachment:
        message.add_attachment(
            attachment, maintype="application", subtype="pdf", filename="rekening é.pdf"
        )
    return message.as_bytes()


def _store(*subjects: str) -> MailStore:
    store = MailStore()
    for subject in subjects:
        store.add("us@example.org", (f"{subject.split()[0]}@example.org",), _mail(subject), NOW)
    return store


def test_the_newest_message_is_found_first() -> None:
    store = _store("first one", "second one")
    assert [message.subject for message in store.find()] == ["second one", "first one"]


def test_messages_are_found_by_a_part_of_recipient_and_subject_in_any_case() -> None:
    store = _store("anna Invoice 1", "bert Invoice 2", "anna Reminder 3")
    found = store.find(to="ANNA@", subject="invoice")
    assert [message.subject for message in found] == ["anna Invoice 1"]


def test_asking_after_a_message_shows_later_ones_only() -> None:
    store = _store("a 1", "b 2", "c 3")
    second = next(message for message in store.find() if message.subject == "b 2")
    assert [message.subject for message in store.find(after=second.id)] == ["c 3"]


def test_a_subject_beyond_ascii_is_read() -> None:
    (message,) = _store("één Rekening €").find()
    assert message.subject == "één Rekening €"


def test_text_html_and_attachment_are_told_apart() -> None:
    content = parse_content(_mail("x", attachment=b"%PDF-1.7"))
    assert content.text == "Dear customer\n"
    assert content.html == "<p>Dear customer</p>\n"
    (attachment,) = content.attachments
    assert (attachment.filename, attachment.content_type, attachment.content) == (
        "rekening é.pdf",
        "application/pdf",
        b"%PDF-1.7",
    )


def test_beyond_the_number_it_may_hold_the_oldest_is_forgotten() -> None:
    store = MailStore(messages_most=2)
    for subject in ("a", "b", "c"):
        store.add("", (), _mail(subject), NOW)
    assert [message.subject for message in store.find()] == ["c", "b"]


def test_beyond_the_bytes_it_may_hold_the_oldest_is_forgotten() -> None:
    raw = _mail("a", attachment=b"x" * 10_000)
    store = MailStore(bytes_most=3 * len(raw))
    ids = [store.add("", (), raw, NOW).id for _ in range(5)]
    assert [message.id for message in store.find()] == ids[:1:-1]


def test_clearing_forgets_all_and_counts_it() -> None:
    store = _store("a", "b")
    assert store.clear() == 2
    assert list(store.find()) == []
