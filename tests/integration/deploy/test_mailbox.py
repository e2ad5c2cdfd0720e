"""The mailbox over its SMTP port and its web page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest
from fastapi import FastAPI

from deploy.local.mailbox import create_app
from deploy.local.settings import LocalSettings


@pytest.fixture
async def mailbox(settings: LocalSettings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(mailbox: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=mailbox)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def mail(subject: str, to: str, attachment: bytes = b"%PDF-1.7") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@example.org", to, subject
    message.set_content("Please pay.")
    message.add_alternative("<p>Please pay.</p>", subtype="html")
    message.add_attachment(attachment, maintype="application", subtype="pdf", filename="a.pdf")
    return message


async def send(settings: LocalSettings, *messages: EmailMessage) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=settings.ports.smtp) as smtp:
        for message in messages:
            await smtp.send_message(message)


async def test_what_is_sent_over_smtp_is_found_and_shown(
    settings: LocalSettings, client: httpx.AsyncClient
) -> None:
    await send(settings, mail("Invoice 1", "anna@example.org"), mail("Other", "b@example.org"))
    (found,) = (await client.get("/api/messages", params={"to": "anna"})).json()["messages"]
    assert (found["subject"], found["recipients"]) == ("Invoice 1", ["anna@example.org"])
    details = (await client.get(f"/api/messages/{found['id']}")).json()
    assert details["text"].strip() == "Please pay."
    attachment = await client.get(f"/api/messages/{found['id']}/attachments/0")
    assert attachment.content == b"%PDF-1.7"
    assert "attachment" in attachment.headers["content-disposition"]
    raw = await client.get(f"/api/messages/{found['id']}/raw")
    assert b"Subject: Invoice 1" in raw.content
    assert "Invoice 1" in (await client.get("/")).text
    assert "a.pdf" in (await client.get(f"/messages/{found['id']}")).text


async def test_a_message_or_attachment_that_is_not_there_is_404(
    settings: LocalSettings, client: httpx.AsyncClient
) -> None:
    await send(settings, mail("Invoice 1", "anna@example.org"))
    paths = ("/messages/99", "/api/messages/99", "/api/messages/99/raw", "/messages/99/html")
    answers = [await client.get(path) for path in paths]
    answers.append(await client.get("/api/messages/1/attachments/1"))
    assert [answer.status_code for answer in answers] == [404] * 5


async def test_html_is_served_so_that_no_script_of_it_runs(
    settings: LocalSettings, client: httpx.AsyncClient
) -> None:
    await send(settings, mail("Invoice 1", "anna@example.org"))
    page = await client.get("/messages/1/html")
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


async def test_a_bouncing_address_is_refused_and_a_greylisted_one_only_once(
    settings: LocalSettings, client: httpx.AsyncClient
) -> None:
    for to, code in (("bounce1@example.org", 550), ("greylist1@example.org", 451)):
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refusal:
            await send(settings, mail("x", to))
        assert [one.code for one in refusal.value.recipients] == [code]
    await send(settings, mail("x", "greylist1@example.org"))
    assert len((await client.get("/api/messages")).json()["messages"]) == 1


async def test_a_thousand_messages_arrive_within_a_deadline_and_can_be_cleared(
    settings: LocalSettings, client: httpx.AsyncClient
) -> None:
    def batch(first: int) -> list[EmailMessage]:
        return [mail(f"Invoice {n}", f"user{n}@example.org") for n in range(first, first + 100)]

    async with asyncio.timeout(15):
        await asyncio.gather(*(send(settings, *batch(100 * n)) for n in range(10)))
    page = await client.get("/", params={"page": 20})
    assert "1000 messages" in page.text
    assert (await client.delete("/api/messages")).json() == {"deleted": 1000}
