"""Does the payee hold the account? As banks answer: match, close match, no match, unknown.

Source: EPC218-23, Verification of Payee scheme rulebook, whose answers these are. Ours is a hint
from what we know ourselves; the bank asks again when the transfer is made.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

from rapidfuzz import fuzz

NameCheck = Literal["match", "close", "no_match", "unknown"]

_CLOSE_FROM: Final = 80.0
_WORD = re.compile(r"[a-z0-9]+")
# Forms of address and of company that people write or leave out.
_IGNORED: Final = frozenset("de heer hr dhr mevrouw mevr mw mr mrs herr frau pan pani eo".split())


def check_name(payee: str, holders: Iterable[str]) -> NameCheck:
    """The best answer over all names known to hold the account."""
    answers = {_compare(payee, holder) for holder in holders}
    best: tuple[NameCheck, ...] = ("match", "close", "no_match")
    return next((answer for answer in best if answer in answers), "unknown")


def _compare(payee: str, holder: str) -> NameCheck:
    ours, theirs = _words(payee), _words(holder)
    if ours == theirs:
        return "match"
    alike = fuzz.token_set_ratio(" ".join(ours), " ".join(theirs))
    return "close" if alike >= _CLOSE_FROM else "no_match"


def _words(name: str) -> list[str]:
    """Without marks, case, forms of address and order."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(char for char in bare if not unicodedata.combining(char))
    return sorted(word for word in _WORD.findall(plain) if word not in _IGNORED)
