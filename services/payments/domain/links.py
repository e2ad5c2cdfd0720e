"""Payment links: a token that lets its holder pay one invoice, and do nothing else.

The token carries creditor, invoice and last day, sealed with HMAC-SHA256; it is stored nowhere and
cannot be guessed or altered.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from shared.errors import NotFound

_EPOCH = date(2020, 1, 1)
_MAC_BYTES = 16
_TOKEN_BYTES = 16 + 16 + 2 + _MAC_BYTES
_PURPOSE = b"inning payment link v1"


class NoSuchLink(NotFound):
    code = "no_such_link"
    title = "This payment link is not valid or no longer valid"


@dataclass(frozen=True, slots=True)
class Link:
    creditor_id: UUID
    invoice_id: UUID
    valid_until: date


def seal_link(link: Link, key: bytes) -> str:
    """67 characters of base64url."""
    days = (link.valid_until - _EPOCH).days
    body = link.creditor_id.bytes + link.invoice_id.bytes + days.to_bytes(2, "big")
    return base64.urlsafe_b64encode(body + _mac(body, key)).decode().rstrip("=")


def open_link(token: str, key: bytes, today: date) -> Link:
    """The link behind a token, or `NoSuchLink`: forged, cut, altered and expired look the same."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NoSuchLink() from None
    if len(raw) != _TOKEN_BYTES:
        raise NoSuchLink()
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(body, key)):
        raise NoSuchLink()
    valid_until = _EPOCH + timedelta(days=int.from_bytes(body[32:34], "big"))
    if today > valid_until:
        raise NoSuchLink()
    return Link(UUID(bytes=body[:16]), UUID(bytes=body[16:32]), valid_until)


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + body, "sha256")[:_MAC_BYTES]
