"""Payment links: a token that lets its holder look at and pay what one link stands for.

The token is creditor and link under AES-SIV (RFC 5297): it cannot be guessed or altered, shows no
id to whoever reads it, and is the same every time it is made. What it is good for, and until when,
stands in our books, so that a link can be taken back.

Links made before that named creditor, invoice and last day under a keyed hash. They open what the
standing link of their invoice opens, for as long as that does.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from shared.errors import NotFound

# `invoice` and `balance` (all a customer owes) stand for every invoice and customer by themselves.
LINK_KINDS: Final = ("invoice", "balance", "instalment", "case")

_ID_BYTES = 16
_TOKEN_BYTES = 16 + 2 * _ID_BYTES
_TOKEN_CHARS_MAX = 80
_PURPOSE = b"inning payment link v2"
_FORMER_MAC_BYTES = 16
_FORMER_TOKEN_BYTES = 2 * _ID_BYTES + 2 + _FORMER_MAC_BYTES
_FORMER_PURPOSE = b"inning payment link v1"


class NoSuchLink(NotFound):
    """Forged, cut, altered, taken back and run out look the same."""

    code = "no_such_link"
    title = "This payment link is not valid or no longer valid"


@dataclass(frozen=True, slots=True)
class Link:
    """The standing link of an invoice bears the invoice's id, that of a balance the customer's."""

    creditor_id: UUID
    id: UUID


def seal_link(link: Link, key: bytes) -> str:
    """64 characters of base64url."""
    sealed = _cipher(key).encrypt(link.creditor_id.bytes + link.id.bytes, [_PURPOSE])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_link(token: str, key: bytes) -> Link:
    """The link behind a token, or `NoSuchLink`."""
    if len(token) > _TOKEN_CHARS_MAX:
        raise NoSuchLink()
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        if len(sealed) == _FORMER_TOKEN_BYTES:
            return _open_former(sealed, key)
        if len(sealed) != _TOKEN_BYTES:
            raise NoSuchLink()
        raw = _cipher(key).decrypt(sealed, [_PURPOSE])
    except (binascii.Error, ValueError, InvalidTag):
        raise NoSuchLink() from None
    return _link(raw)


def _open_former(sealed: bytes, key: bytes) -> Link:
    body, mac = sealed[:-_FORMER_MAC_BYTES], sealed[-_FORMER_MAC_BYTES:]
    expected = hmac.digest(key, _FORMER_PURPOSE + body, "sha256")[:_FORMER_MAC_BYTES]
    if not hmac.compare_digest(mac, expected):
        raise NoSuchLink()
    return _link(body[: 2 * _ID_BYTES])


def _link(raw: bytes) -> Link:
    return Link(UUID(bytes=raw[:_ID_BYTES]), UUID(bytes=raw[_ID_BYTES:]))


def _cipher(key: bytes) -> AESSIV:
    """AES-256-SIV takes two keys of 256 bits."""
    return AESSIV(hmac.digest(key, _PURPOSE, "sha512"))
