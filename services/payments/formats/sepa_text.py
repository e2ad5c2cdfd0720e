"""The SEPA character set, and bringing other writing into it.

Sources: EPC230-15 (use of the character set) and EPC217-08 (conversion table).
"""

from __future__ import annotations

import re
import unicodedata

# Markup characters are not among them, so text in this set needs no escaping in XML.
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
_IDENTIFIER = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/\-?:().,'+ ]{1,35}(?<!/)(?<! )", re.ASCII)
IDENTIFIER_RULE = "1 to 35 SEPA characters, no slash at an end, no two slashes together"
_SPACES = re.compile(r" {2,}")
_FILLER = "."

# What taking the marks off a letter does not bring into the set.
_SPECIAL = {
    "ß": "ss", "ẞ": "SS", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o",
    "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "TH", "þ": "th",
    "Ħ": "H", "ħ": "h", "ı": "i", "€": "EUR", "&": "+", "@": "(at)", "_": "-", "–": "-",
    "—": "-", "‐": "-", "‑": "-", "~": "-", "’": "'", "‘": "'", "`": "'", "´": "'", "\"": "'",
    "“": "'", "”": "'", "„": "'", "<": "(", ">": ")", "[": "(", "]": ")", "{": "(", "}": ")",
    ";": ",", "!": ".", "\\": "/", "|": "/", "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ",
}  # fmt: skip


class _Table(dict[int, str]):
    """Translations, worked out once for each character that ever occurs."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _ALLOWED:
            text = char
        elif char in _SPECIAL:
            text = _SPECIAL[char]
        else:
            bare = unicodedata.normalize("NFKD", char)
            text = "".join(
                part if part in _ALLOWED else _SPECIAL.get(part, _FILLER)
                for part in bare
                if not unicodedata.combining(part)
            )
        self[code] = text
        return text


_TABLE = _Table()


def sepa_text(text: str) -> str:
    """The text in the SEPA set: letters lose their marks, what has no counterpart becomes a dot."""
    return _SPACES.sub(" ", text.translate(_TABLE)).strip()


def is_identifier(text: str) -> bool:
    """1 to 35 characters of the set, no slash at either end and no two together."""
    return _IDENTIFIER.fullmatch(text) is not None
