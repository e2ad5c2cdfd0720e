"""Clues to whose money it is, found in what a payer wrote: references and invoice numbers.

Payers write references with spaces, dots and line breaks inside them, and text around them. So
every piece that could be one is taken, and looking it up tells which of them are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from shared.references import is_payment_reference

_TEXT_LENGTH_MAX = 2_000
_CLUES_MAX = 200
_RF = re.compile(r"RF(?=[\s.\-/]{0,2}\d)")
_SEPARATORS = " \t\r\n.-/:"
_RF_LENGTH_MIN, _RF_LENGTH_MAX = 5, 25
_KENMERK_LENGTH = 16
_DIGITS = re.compile(r"\d(?:[\s.\-/]{0,2}\d){15,399}", re.ASCII)
_WORDS = re.compile(r"[A-Z0-9]+", re.ASCII)
_NOT_IN_NUMBER = re.compile(r"[^A-Z0-9]", re.ASCII)
_NUMBER_LENGTH_MIN, _NUMBER_LENGTH_MAX = 5, 20
_NUMBER_DIGITS_MIN = 4
_NUMBER_PIECES_MAX = 4
_PREFIX_LENGTH_MAX = 4


@dataclass(frozen=True, slots=True)
class Clues:
    """References (RF, betalingskenmerk), bare, and possible invoice numbers (see `number_key`)."""

    references: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.references or self.numbers)


NO_CLUES = Clues()


def number_key(number: str) -> str:
    """An invoice number as it is compared: capitals and digits alone."""
    return _NOT_IN_NUMBER.sub("", number.upper())


def clues_in(texts: Iterable[str | None]) -> Clues:
    """All clues in what came with a payment, structured or free."""
    references: set[str] = set()
    numbers: set[str] = set()
    for given in texts:
        if not given:
            continue
        text = given[:_TEXT_LENGTH_MAX].upper()
        references.update(_rf_references(text))
        references.update(_payment_references(text))
        numbers.update(_numbers(text))
    return Clues(_capped(references), _capped(numbers))


def _capped(found: set[str]) -> frozenset[str]:
    return frozenset(sorted(found)[:_CLUES_MAX])


def _rf_references(text: str) -> Iterator[str]:
    """Every valid ISO 11649 reference that starts at an `RF`: where it ends cannot be seen."""
    for start in _RF.finditer(text):
        bare = ""
        for character in text[start.start() : start.start() + 2 * _RF_LENGTH_MAX]:
            if character in _SEPARATORS:
                continue
            if not (character.isascii() and character.isalnum()):
                break
            bare += character
            if len(bare) > _RF_LENGTH_MAX:
                break
            if len(bare) >= _RF_LENGTH_MIN and _checks_out(bare):
                yield bare


def _checks_out(bare: str) -> bool:
    rotated = bare[4:] + bare[:4]
    return int("".join(str(int(character, 36)) for character in rotated)) % 97 == 1


def _payment_references(text: str) -> Iterator[str]:
    """Every valid 16-digit betalingskenmerk in a run of digits, however it is spaced."""
    for run in _DIGITS.finditer(text):
        digits = "".join(filter(str.isdigit, run.group()))
        for start in range(len(digits) - _KENMERK_LENGTH + 1):
            piece = digits[start : start + _KENMERK_LENGTH]
            if is_payment_reference(piece):
                yield piece


def _numbers(text: str) -> Iterator[str]:
    """Single words with digits, and neighbours joined: `F 2026-000123` is `F2026000123` too."""
    words = [(word.group(), word.start(), word.end()) for word in _WORDS.finditer(text)]
    near = [later[1] - earlier[2] <= 2 for earlier, later in pairwise(words)]
    for first, (word, _, _) in enumerate(words):
        if not _has_digit(word) and len(word) > _PREFIX_LENGTH_MAX:
            continue
        joined = word
        if _is_number(joined):
            yield joined
            yield from (run for run in re.findall(r"\d{5,20}", joined) if run != joined)
        for last in range(first + 1, min(first + _NUMBER_PIECES_MAX, len(words))):
            if not near[last - 1] or not _has_digit(words[last][0]):
                break
            joined += words[last][0]
            if _is_number(joined):
                yield joined


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _is_number(word: str) -> bool:
    if not _NUMBER_LENGTH_MIN <= len(word) <= _NUMBER_LENGTH_MAX:
        return False
    return sum(character.isdigit() for character in word) >= _NUMBER_DIGITS_MIN
