"""What confirms an online mandate: a token whose holder was asked, and nobody else can guess.

Creditor and 24 random bytes; only the SHA-256 of the whole is stored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from uuid import UUID

from shared.errors import NotFound

SECRET_BYTES = 24
VALID_DAYS = 14


class NoSuchRequest(NotFound):
    code = "no_such_mandate_request"
    title = "This address confirms nothing, or no longer"


def make_token(creditor_id: UUID, secret: bytes) -> str:
    return base64.urlsafe_b64encode(creditor_id.bytes + secret).decode()


def creditor_of(token: str) -> UUID:
    """Whose rows the token is looked for in; it proves nothing."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NoSuchRequest() from None
    if len(raw) != 16 + SECRET_BYTES:
        raise NoSuchRequest()
    return UUID(bytes=raw[:16])


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
