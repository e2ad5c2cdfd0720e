"""The door of this folder: facts in, a finished message out, the same bytes every time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notifications.domain.facts import Facts
from services.notifications.domain.message import Channel
from services.notifications.domain.parties import Creditor, Customer
from services.notifications.domain.rendered import RenderedMessage, fingerprint
from services.notifications.domain.templates import TEMPLATES, Template, TemplateName
from services.notifications.domain.text import is_sendable_email
from services.notifications.rendering.catalog import Catalog, Script, the_catalog
from services.notifications.rendering.compose import address_lines, compose
from services.notifications.rendering.document import Document
from services.notifications.rendering.formats import formats_for
from services.notifications.rendering.html import as_html
from services.notifications.rendering.mail import Attachment, Mail, as_rfc5322
from services.notifications.rendering.pdf import as_pdf
from services.notifications.rendering.text import as_text
from shared.clock import business_date, require_aware
from shared.errors import InvalidInput


def render(
    template: TemplateName,
    language: str | None,
    channel: Channel,
    facts: Facts,
    creditor: Creditor,
    customer: Customer,
    at: datetime,
    *,
    message_id: UUID,
    catalog: Catalog | None = None,
) -> RenderedMessage:
    """One message in its final form.

    `language` is the one asked for; the creditor's and then English stand in for it. `at` is the
    instant of writing: it dates the message and the PDF. Raises `InvalidInput` when the facts are
    not this template's, or the customer cannot be reached by `channel`.
    """
    script = (catalog or the_catalog()).script(template, language, creditor.language)
    spec = TEMPLATES[template]
    if not isinstance(facts, spec.facts):
        raise InvalidInput.field("facts", f"{template.value} needs {spec.facts.__name__}")
    zone = ZoneInfo(creditor.time_zone)
    document = compose(script, facts, creditor, customer, business_date(at, zone))
    written_at = require_aware(at).astimezone(zone).replace(microsecond=0)
    number = str(getattr(facts, "number", ""))
    draft = _Draft(message_id, script, document, creditor, customer, written_at, number)
    return _letter(draft) if channel is Channel.LETTER else _email(draft, spec)


@dataclass(frozen=True, slots=True)
class _Draft:
    message_id: UUID
    script: Script
    document: Document
    creditor: Creditor
    customer: Customer
    written_at: datetime
    number: str
    """The invoice's or credit note's; empty for the rest."""


def _letter(draft: _Draft) -> RenderedMessage:
    if draft.customer.address is None:
        raise InvalidInput.field("customer.address", "a letter needs an address")
    pdf = _pdf(draft)
    return RenderedMessage(
        message_id=draft.message_id,
        template=draft.script.name,
        template_version=draft.script.version(Channel.LETTER),
        language=draft.script.language,
        channel=Channel.LETTER,
        subject=draft.document.subject,
        text=as_text(draft.document),
        html=None,
        pdf=pdf,
        content=pdf,
        content_type="application/pdf",
        sha256=fingerprint(pdf),
        recipient=None,
        country=draft.customer.address.country,
    )


def _email(draft: _Draft, spec: Template) -> RenderedMessage:
    recipient = draft.customer.email
    if recipient is None or not is_sendable_email(recipient):
        raise InvalidInput.field("customer.email", "e-mail needs an address SMTP can carry")
    text, html = as_text(draft.document), as_html(draft.document)
    pdf = _pdf(draft) if spec.pdf_with_email else None
    mail = Mail(
        message_id=draft.message_id,
        sender_name=draft.creditor.name,
        sender_email=draft.creditor.email,
        recipient_name=draft.customer.name,
        recipient_email=recipient,
        language=draft.script.language,
        subject=draft.document.subject,
        text=text,
        html=html,
        attachment=None if pdf is None else Attachment(_filename(draft), pdf),
    )
    content = as_rfc5322(mail, draft.written_at)
    return RenderedMessage(
        message_id=draft.message_id,
        template=draft.script.name,
        template_version=draft.script.version(Channel.EMAIL),
        language=draft.script.language,
        channel=Channel.EMAIL,
        subject=draft.document.subject,
        text=text,
        html=html,
        pdf=pdf,
        content=content,
        content_type="message/rfc822",
        sha256=fingerprint(content),
        recipient=recipient,
        country=None,
    )


def _pdf(draft: _Draft) -> bytes:
    address = draft.customer.address
    lines: tuple[str, ...] = ()
    if address is not None:
        formats = formats_for(draft.creditor.language)
        lines = address_lines(address, formats, draft.creditor.address.country)
    recipient = (draft.customer.name, *lines)
    return as_pdf(draft.document, recipient, draft.script.words.labels, draft.written_at)


def _filename(draft: _Draft) -> str:
    """The document's own name and number, in characters every file system takes."""
    label = draft.script.words.labels[f"file_{draft.script.name.value}"]
    return re.sub(r"[^A-Za-z0-9._-]+", "-", f"{label}-{draft.number}").strip("-.") + ".pdf"
