"""Names as billing, banks and people write them: `J.P. van der Berg`, `BERG VAN DER J P`,
`Hr/Mw J. Berg e/o A. Smit`.

What is left of a name without titles, prefixes, accents and order are surnames and initials. Where
capitals leave open which word is the first name, each counts as both; comparing tells which it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

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
_BETWEEN_TWO: Final = re.compile(r"\be/o\b|\ben/of\b|[/&+]|\be\.o\.|\bc\.j\.|\ben\b", re.IGNORECASE)
_WORDS: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SPELT_UMLAUT: Final = re.compile(r"([aou])e")
_VOWELS: Final = frozenset("aeiouy")
_INITIALS_MAX: Final = 4
_SIMILAR_FROM: Final = 6
# Banks cut names at 70 characters (ISO 20022 Max70Text of SEPA), and some texts.
_CUT_FROM: Final = 65


@dataclass(frozen=True, slots=True)
class Name:
    """Folded `surnames`; `initials` in small letters, the first bearer's first."""

    surnames: frozenset[str]
    initials: str
    is_cut: bool = False

    def search_keys(self) -> list[str]:
        """What a name is found by: each surname with each first letter."""
        return [
            f"{surname} {i}".rstrip() for surname in self.surnames for i in self.initials or " "
        ]


NO_NAME: Final = Name(frozenset(), "")


def read_name(written: str) -> Name:
    """Surnames and initials of everybody named; both may be empty."""
    in_capitals = written.isupper()
    surnames: list[str] = []
    initials: list[str] = []
    for person in _BETWEEN_TWO.split(_SHORT_PREFIX.sub(" ", written)):
        words: list[str] = []
        for word, folded in _folded(person):
            if len(folded) == 1 or _are_initials(word, folded, in_capitals=in_capitals):
                initials.extend(folded)
            else:
                words.append(folded)
        # Jan Berg has a first name; of BERG JAN nobody knows which is which.
        unsure = in_capitals and len(words) > 1
        initials.extend(word[0] for word in (words if unsure else words[:-1]))
        for word in words if unsure else words[-1:]:
            surnames.extend(_parts(word))
    return Name(frozenset(surnames), "".join(dict.fromkeys(initials)), len(written) >= _CUT_FROM)


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


def _parts(word: str) -> list[str]:
    """A double name counts whole, which is rare, and by its halves, which may be common."""
    halves = [half for half in word.split("-") if half and half not in _SILENT]
    return [*halves, "".join(halves)] if len(halves) > 1 else halves


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


def likeness(written: Name, known: Name) -> str:
    """How a written name and a known one agree: full, same, surname, similar, differs, or
    unknown when either says nothing.
    """
    if not written.surnames or not known.surnames:
        return "unknown"
    is_initial = _share_initial(written, known)
    if not written.surnames.isdisjoint(known.surnames):
        if not is_initial:
            return "surname"
        is_full = len(known.initials) > 1 and written.initials == known.initials
        return "full" if is_full else "same"
    if is_initial and _is_close(written, known):
        return "similar"
    return "differs"


def _share_initial(written: Name, known: Name) -> bool:
    if not written.initials or not known.initials:
        return False
    return written.initials[0] in known.initials or known.initials[0] in written.initials


def _is_close(written: Name, known: Name) -> bool:
    """One slip in a surname long enough to bear it, or a surname the bank cut."""
    for theirs in written.surnames:
        for ours in known.surnames:
            if written.is_cut and len(theirs) >= 3 and ours.startswith(theirs):
                return True
            if min(len(theirs), len(ours)) >= _SIMILAR_FROM and (
                DamerauLevenshtein.distance(theirs, ours, score_cutoff=1) <= 1
            ):
                return True
    return False
