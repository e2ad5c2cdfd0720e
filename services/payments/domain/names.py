"""Names as billing, banks and people write them: `J.P. van der Berg`, `BERG VAN DER J P`,
`Hr/Mw J. Berg e/o A. Smit`.

What is left of a name without titles, prefixes and accents are bearers, each with a surname and
initials. Where capitals or a comma leave open which word is the first name, each is taken for the
surname once; `name_likeness` tells which it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# Raised when `search_keys` or the folding of names changes: a job keys stored names anew.
SEARCH_KEYS_VERSION: Final = 2

_SILENT: Final = frozenset(
    # Prefixes of surnames, titles, and what stands between two people's names.
    "van von vom der den de het ten ter te op in uit aan bij zu zum zur el al la le les du da dos"
    " di del dem hr dhr heer mw mevr mevrouw fam familie drs ing ir mr dr prof erven cj ev gez eo"
    " en of und oder herr frau pan pani bv nv vof gmbh ag kg sp oo sa stichting holding".split()
)
_SPELT: Final = str.maketrans(
    {"ł": "l", "ß": "ss", "ı": "i", "œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ÿ": "y"}
)
_SHORT_PREFIX: Final = re.compile(r"['’‘`][ts]\b", re.IGNORECASE)
_BETWEEN_TWO: Final = re.compile(
    r"\be/o\b|\ben/of\b|[/&+]|(?-i:\be\.o\.|\bc\.j\.)|\ben\b", re.IGNORECASE
)
_WORDS: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SPELT_UMLAUT: Final = re.compile(r"([aou])e")
_VOWELS: Final = frozenset("aeiouy")
_INITIALS_MAX: Final = 4
# Banks cut names at 70 characters (ISO 20022 Max70Text of SEPA), and some texts.
_CUT_FROM: Final = 65


@dataclass(frozen=True, slots=True)
class Bearer:
    """One person of a name, folded. A double surname is one word, with its `halves` beside it.

    `initials` are in small letters and in their order; those of first names are among them.
    """

    surname: str
    initials: str
    halves: frozenset[str] = frozenset()

    @property
    def surnames(self) -> tuple[str, ...]:
        """Whole, which may be rare, and by halves, which may be common."""
        return (self.surname, *sorted(self.halves))


@dataclass(frozen=True, slots=True)
class Name:
    bearers: tuple[Bearer, ...]
    is_cut: bool = False

    def search_keys(self) -> list[str]:
        """What a name is found by: each whole surname, and all surnames with the first initial."""
        keys: dict[str, None] = {}
        for bearer in self.bearers:
            keys[bearer.surname] = None
            if bearer.initials:
                initial = bearer.initials[0]
                keys.update((f"{surname} {initial}", None) for surname in bearer.surnames)
        return list(keys)


NO_NAME: Final = Name(())


@dataclass(slots=True)
class _Word:
    folded: str
    is_initials: bool
    parts: tuple[str, ...] = ()

    @property
    def first_letters(self) -> str:
        return self.folded if self.is_initials else self.folded[0]


def read_name(written: str) -> Name:
    """Everybody named; nobody when nothing says a surname."""
    in_capitals = written.isupper()
    bearers: list[Bearer] = []
    alone: list[str] = []
    for person in _BETWEEN_TWO.split(_SHORT_PREFIX.sub(" ", written)):
        words = [
            _Word(folded, len(folded) == 1 or _are_initials(word, folded, in_capitals=in_capitals))
            for word, folded in _folded(person)
        ]
        called = [word for word in words if not word.is_initials]
        if words and not called:
            alone.append("".join(word.folded for word in words))
        # Jan Berg has a first name; of BERG JAN, or Berg, Jan, nobody knows which is which.
        is_open = in_capitals or "," in person
        for surname in called if is_open else called[-1:]:
            initials = "".join(word.first_letters for word in words if word is not surname)
            bearers.append(_bearer(surname.folded, initials))
    # J. en A. de Vries are both called de Vries.
    bearers += [Bearer(b.surname, initials, b.halves) for initials in alone for b in bearers[:1]]
    return Name(tuple(dict.fromkeys(bearers)), len(written) >= _CUT_FROM)


def read_text(text: str) -> Name:
    """Whoever could be named in a sentence: each word as a surname, with what stands before it."""
    bearers: list[Bearer] = []
    before = ""
    is_name = False
    for word, folded in _folded(_SHORT_PREFIX.sub(" ", text)):
        if len(folded) == 1 or _are_initials(word, folded, in_capitals=True):
            before = folded if is_name else before + folded
            is_name = False
        else:
            bearers.append(_bearer(folded, before))
            before, is_name = folded[0], True
    return Name(tuple(dict.fromkeys(bearers)), len(text) >= _CUT_FROM)


def _bearer(surname: str, initials: str) -> Bearer:
    halves = [half for half in surname.split("-") if half and half not in _SILENT]
    if len(halves) > 1:
        return Bearer("".join(halves), initials, frozenset(halves))
    return Bearer(halves[0] if halves else surname, initials)


def _folded(person: str) -> Iterator[tuple[str, str]]:
    """The words that say something, as written and folded; `Dam-de Wit` is one of them."""
    begun = ""
    for word in _WORDS.findall(person):
        folded = begun + fold(word)
        half, _, last = folded.rpartition("-")
        begun = f"{half}-" if half and last in _SILENT else ""
        if folded and not begun and (folded not in _SILENT or _stands_out(word, person)):
            yield word, folded
    if begun:
        yield begun, begun.rstrip("-")


def _stands_out(word: str, person: str) -> bool:
    """`TE de Vries` has the initials T.E.; `DE VRIES TE` has a prefix, and leaves it open."""
    return word.isupper() and not person.isupper()


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """Small letters without accents; ij is y, and a spelt-out umlaut is none (ue for ü)."""
    low = word.lower()
    if not low.isascii():
        low = unicodedata.normalize("NFKD", low.translate(_SPELT))
        low = low.encode("ascii", "ignore").decode()
    return _SPELT_UMLAUT.sub(r"\1", low.replace("ij", "y"))


def _are_initials(word: str, folded: str, *, in_capitals: bool) -> bool:
    """`JP` beside a name in small letters; among capitals only what nobody could pronounce."""
    if len(word) > _INITIALS_MAX or not word.isupper():
        return False
    return not in_capitals or len(word) == 2 or _VOWELS.isdisjoint(folded)
