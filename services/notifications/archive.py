"""The evidence archive: the exact bytes of each message, readable until the customer is erased."""

from __future__ import annotations

import zlib
from email import message_from_bytes, policy
from uuid import UUID

from services.notifications.domain.rendered import fingerprint
from services.notifications.models import Archived
from shared.crypto import CustomerCipher
from shared.errors import BusinessError

PDF_TYPE = "application/pdf"
RECIPIENT = "recipient"


class ContentErased(BusinessError):
    code = "content_erased"
    status = 410
    title = "The customer was erased; what was written can no longer be read"


class ContentDamaged(Exception):
    """The stored bytes are not those that were archived: somebody or something changed them."""


def seal(cipher: CustomerCipher, archived_id: UUID, compressed: bytes) -> bytes | None:
    """Bound to its row, so that no two rows can be swapped."""
    return cipher.encrypt_bytes(_field(archived_id), compressed)


def exact_bytes(row: Archived, cipher: CustomerCipher) -> bytes:
    """What left, checked against its hash. Raises `ContentErased` after the customer's erasure."""
    compressed = cipher.decrypt_bytes(_field(row.id), row.content_sealed)
    if compressed is None:
        raise ContentErased()
    try:
        content = zlib.decompress(compressed)
    except zlib.error:
        raise ContentDamaged(f"archive row {row.id}") from None
    if fingerprint(content) != row.sha256 or len(content) != row.size_bytes:
        raise ContentDamaged(f"archive row {row.id}")
    return content


def pdf_in(content_type: str, content: bytes) -> bytes | None:
    """The letter itself, or the PDF attached to an e-mail; None when there is none."""
    if content_type == PDF_TYPE:
        return content
    mail = message_from_bytes(content, policy=policy.default)
    for part in mail.walk():
        if part.get_content_type() == PDF_TYPE:
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else None
    return None


def _field(archived_id: UUID) -> str:
    return f"content:{archived_id}"
