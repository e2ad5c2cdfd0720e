"""Text that came from outside, made harmless once, where it enters the facts."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

LINE_LENGTH_MAX = 500
PROSE_LENGTH_MAX = 8_000
LINK_LENGTH_MAX = 2_000

# Direction overrides can make an amount or an account number read backwards.
_DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINK = re.compile(r"https?://[^\s\"'<>\\^`{|}\x00-\x20\x7f]+")
# ASCII only: an address with other letters needs SMTPUTF8 all the way, which few relays give.
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


def one_line(raw: str) -> str:
    """Control and unassigned characters and direction marks out; white space becomes one space."""
    spaced = "".join(" " if unicodedata.category(mark) == "Cc" else mark for mark in raw)
    kept = (mark for mark in spaced if mark not in _DIRECTION_MARKS and _is_text(mark))
    return " ".join("".join(kept).split())


def _is_text(mark: str) -> bool:
    """Not from a private area, not a lone surrogate, not unassigned, no replacement character."""
    return unicodedata.category(mark) not in {"Co", "Cs", "Cn"} and mark != "\ufffd"


def paragraphs(raw: str) -> tuple[str, ...]:
    """Prose cut at its empty lines, each paragraph one clean line."""
    cleaned = (one_line(part) for part in re.split(r"\r?\n[ \t]*\r?\n", raw))
    return tuple(part for part in cleaned if part)


def is_sendable_email(address: str) -> bool:
    """Whether SMTP without SMTPUTF8 can carry this address (RFC 5321, 4.5.3.1 for the lengths)."""
    local, _, _ = address.rpartition("@")
    return len(address) <= 254 and len(local) <= 64 and _EMAIL.fullmatch(address) is not None


def _line(raw: str) -> str:
    clean = one_line(raw)
    if not clean:
        raise ValueError("must not be empty")
    if len(clean) > LINE_LENGTH_MAX:
        raise ValueError(f"must be at most {LINE_LENGTH_MAX} characters")
    return clean


def _prose(raw: str) -> str:
    if not paragraphs(raw):
        raise ValueError("must not be empty")
    if len(raw) > PROSE_LENGTH_MAX:
        raise ValueError(f"must be at most {PROSE_LENGTH_MAX} characters")
    return "\n\n".join(paragraphs(raw))


def _link(raw: str) -> str:
    if len(raw) > LINK_LENGTH_MAX or not _LINK.fullmatch(raw):
        raise ValueError("must be an http or https address")
    return raw


Line = Annotated[str, AfterValidator(_line)]
"""One line of text, cleaned, 1 to 500 characters."""
Prose = Annotated[str, AfterValidator(_prose)]
"""Paragraphs a person wrote, parted by empty lines, at most 8,000 characters."""
Link = Annotated[str, AfterValidator(_link)]
"""An http or https address; `javascript:` and quotes are refused."""
