"""The messages the mailbox caught: newest first, in memory, within two limits."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser

MESSAGES_MOST = 20_000
BYTES_MOST = 400_000_000


@dataclass(frozen=True, slots=True)
class CaughtMessage:
    """One message as it came over SMTP. `id` grows by one per message."""

    id: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    raw: bytes

    @property
    def size_bytes(self) -> int:
        return len(self.raw)

    def summary(self) -> dict[str, object]:
        return {
            "id": self.id,
            "received_at": self.received_at,
            "sender": self.sender,
            "recipients": self.recipients,
            "subject": self.subject,
            "message_id": self.message_id,
            "size_bytes": self.size_bytes,
        }


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes

    @property
    def size_bytes(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class MessageContent:
    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None
    attachments: tuple[Attachment, ...]


class MailStore:
    """Forgets the oldest when there are more messages or bytes than it may hold."""

    def __init__(self, messages_most: int = MESSAGES_MOST, bytes_most: int = BYTES_MOST) -> None:
        self._messages_most = messages_most
        self._bytes_most = bytes_most
        self._bytes = 0
        self._ids = itertools.count(1)
        self._messages: OrderedDict[int, CaughtMessage] = OrderedDict()

    def add(
        self, sender: str, recipients: tuple[str, ...], raw: bytes, received_at: datetime
    ) -> CaughtMessage:
        headers = BytesHeaderParser(policy=policy.default).parsebytes(raw)
        message = CaughtMessage(
            id=next(self._ids),
            received_at=received_at,
            sender=sender,
            recipients=recipients,
            subject=str(headers.get("Subject", "")),
            message_id=str(headers.get("Message-ID", "")),
            raw=raw,
        )
        self._messages[message.id] = message
        self._bytes += message.size_bytes
        while len(self._messages) > self._messages_most or self._bytes > self._bytes_most:
            _, oldest = self._messages.popitem(last=False)
            self._bytes -= oldest.size_bytes
        return message

    def get(self, message_id: int) -> CaughtMessage | None:
        return self._messages.get(message_id)

    def find(self, to: str = "", subject: str = "", after: int = 0) -> Iterator[CaughtMessage]:
        """Newest first: those whose recipient and subject contain these words, any case, and
        whose id is greater than `after`.
        """
        to, subject = to.lower(), subject.lower()
        for message in reversed(self._messages.values()):
            if message.id <= after:
                return
            to_fits = not to or any(to in one.lower() for one in message.recipients)
            if to_fits and subject in message.subject.lower():
                yield message

    def clear(self) -> int:
        forgotten = len(self._messages)
        self._messages.clear()
        self._bytes = 0
        return forgotten


def parse_content(raw: bytes) -> MessageContent:
    """Headers, the text and HTML a reader would see, and everything that is attached."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return MessageContent(
        headers=tuple((name, str(value)) for name, value in message.items()),
        text=_text_of(message.get_body(("plain",))),
        html=_text_of(message.get_body(("html",))),
        attachments=tuple(
            Attachment(
                part.get_filename(f"attachment-{number}"),
                part.get_content_type(),
                _bytes_of(part),
            )
            for number, part in enumerate(message.iter_attachments(), 1)
        ),
    )


def _text_of(part: object) -> str | None:
    return str(part.get_content()) if isinstance(part, EmailMessage) else None


def _bytes_of(part: object) -> bytes:
    if not isinstance(part, EmailMessage):
        return b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else part.as_bytes()
