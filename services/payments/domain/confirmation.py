"""What confirms an online mandate: a token whose holder was asked, and nobody else can guess.

Creditor and 24 random bytes; only the SHA-256 of the whole is stored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import date
from typing import Literal
from uuid import UUID

from shared.errors import NotFound

SECRET_BYTES = 24
VALID_DAYS = 14


class NoSuchRequest(NotFound):
    code = "no_such_mandate_request"
    title = "This address confirms nothing, or no longer"


# What whoever holds the link is told. `ended`: it was in force once and is used up.
Standing = Literal["asked", "confirmed", "suspended", "withdrawn", "expired", "ended"]

_ENDED_BY_ITSELF = ("one_off_used", "last_collection_made", "unused_36_months")


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


def standing(status: str, reason: str | None, confirm_until: date, today: date) -> Standing:
    if status == "pending":
        return "asked" if today <= confirm_until else "expired"
    if status == "active":
        return "confirmed"
    if status == "suspended":
        return "suspended"
    if reason in _ENDED_BY_ITSELF:
        return "ended"
    return "withdrawn" if status == "cancelled" else "expired"
