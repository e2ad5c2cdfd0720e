"""The RFC 5322 bytes of an e-mail, built once: what is archived is what is sent."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

# Seven-bit throughout: no relay on the way has a reason to recode it and break the hash.
_POLICY = SMTP.clone(cte_type="7bit")
_PLACE = b"the place of the attachment"


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """Addresses are sendable ASCII, names single lines: `Creditor` and `Customer` saw to it."""

    message_id: UUID
    sender_name: str
    sender_email: str
    recipient_name: str
    recipient_email: str
    language: str
    subject: str
    text: str
    html: str
    attachment: Attachment | None = None


def message_id_header(message_id: UUID, sender_email: str) -> str:
    """Derived from our own id, so that a repeat is recognised as the same mail."""
    return f"<{message_id}@{sender_email.rpartition('@')[2]}>"


def as_rfc5322(mail: Mail, written_at: datetime) -> bytes:
    """The whole message with CRLF line ends; the same input gives the same bytes."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(mail.sender_name, addr_spec=mail.sender_email)
    message["To"] = Address(mail.recipient_name, addr_spec=mail.recipient_email)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = message_id_header(mail.message_id, mail.sender_email)
    # RFC 3834: asks absence notices not to answer.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.attachment is not None:
        message.add_attachment(
            _PLACE, maintype="application", subtype="pdf", filename=mail.attachment.filename
        )
    # Last: building the parts moves every content header that is there into the first part.
    message["Content-Language"] = mail.language
    _fix_boundaries(message, mail.message_id)
    content = message.as_bytes()
    return content if mail.attachment is None else _put_in(content, mail.attachment.pdf)


def _put_in(content: bytes, pdf: bytes) -> bytes:
    """The PDF where its place was kept: `EmailMessage` takes longer over it than the typesetter.

    The attachment is the last part, so the last such line is its place.
    """
    before, _, after = content.rpartition(_encoded(_PLACE))
    return b"".join((before, _encoded(pdf), after))


def _encoded(payload: bytes) -> bytes:
    """Base64 in lines of 76 characters (RFC 2045, 6.8)."""
    return base64.encodebytes(payload).replace(b"\n", b"\r\n")


def _fix_boundaries(message: EmailMessage, message_id: UUID) -> None:
    """Boundaries are random by default. `=_` cannot occur in quoted-printable or base64 text."""
    multiparts = (part for part in message.walk() if part.is_multipart())
    for depth, part in enumerate(multiparts):
        part.set_boundary(f"=_{message_id.hex}_{depth}")
