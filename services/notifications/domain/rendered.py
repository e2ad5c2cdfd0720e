"""A message in its final form: the bytes that go out are the bytes that are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from services.notifications.domain.message import Channel
from services.notifications.domain.templates import TemplateName


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """`content` is what leaves the house, unchanged: RFC 5322 bytes for e-mail, PDF for a letter.

    `recipient` is the envelope's e-mail address; None for a letter, whose address is in the PDF.
    `country` is where a letter goes (ISO 3166-1 alpha-2), for the postage; None for e-mail.
    """

    message_id: UUID
    template: TemplateName
    template_version: str
    language: str
    channel: Channel
    subject: str
    text: str
    html: str | None
    pdf: bytes | None
    content: bytes
    content_type: str
    sha256: str
    recipient: str | None
    country: str | None


def fingerprint(content: bytes) -> str:
    """SHA-256 in lower-case hex, as the evidence archive keeps it."""
    return hashlib.sha256(content).hexdigest()
