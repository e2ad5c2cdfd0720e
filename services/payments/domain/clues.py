"""Clues to whose money it is, found in what a payer wrote: references, numbers, words.

Payers write references with spaces, dots and line breaks inside them, and text around them. So
every piece that could be one is taken, and looking it up tells which of them are ours. What is
damaged is kept as it was written (`runs`): `near_references` tells what may have been meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, combinations, pairwise
from typing import NamedTuple

from services.payments.domain.kenmerk import KENMERK_LENGTH, holds

_TEXT_LENGTH_MAX = 2_000
_CLUES_MAX = 200
_SEPARATORS = " \t\r\n.-/:"
_RF_LENGTH_MAX = 25
# Modulo 97, what undoes the six digits that `RF` and the check digits stand for.
_WITHOUT_RF = pow(1_000_000, -1, 97)
_WORTH = {character: int(character, 36) for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
# What may belong to the reference, looked at without passing it: another may start inside.
_RF = re.compile(rf"RF(?=([\s.\-/]{{0,2}}\d[A-Z0-9{re.escape(_SEPARATORS)}]{{0,48}}))", re.ASCII)
_DIGITS = re.compile(r"\d(?:[\s.\-/]{0,2}\d){15,399}", re.ASCII)
_RUN = re.compile(r"\d(?:[\s.\-/]{0,2}\d){6,39}", re.ASCII)
_WORDS = re.compile(r"[A-Z0-9]+", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)
_NOT_DIGIT = re.compile(r"\D", re.ASCII)
_NOT_IN_NUMBER = re.compile(r"[^A-Z0-9]", re.ASCII)
_NUMBER_LENGTH_MIN, _NUMBER_LENGTH_MAX = 5, 20
_NUMBER_DIGITS_MIN = 4
_NUMBER_PIECES_MAX = 4
_PREFIX_LENGTH_MAX = 4
_RUNS_MAX = 8
# Digits of two fields never make one number.
_BETWEEN_TEXTS = " | "
# What scanners and tired eyes make of digits.
_LETTERS_READ = str.maketrans("OQDILSBZG", "000115826")
_READABLE = re.compile(r"(?:\d|(?<![A-Z])[OQDILSBZG])[\dOQDILSBZG\s.\-/]{5,}(?![A-Z])", re.ASCII)


class Clues(NamedTuple):
    """What a text holds: all bare, in capitals.

    `references` (RF, betalingskenmerk) are whole; `read` are whole once letters are read as the
    digits they look like. `numbers` could be invoice or customer numbers (see `number_key`); what
    is only the tail of something as long as a betalingskenmerk is none. `text` is all of it, for
    names and for what is damaged.
    """

    references: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.references or self.numbers or self.read)

    def runs(self) -> tuple[str, ...]:
        """Digits as written, whole or damaged; read anew each time, for few lines need it."""
        found = dict.fromkeys(_runs(_READABLE.sub(_as_digits, self.text)))
        return tuple(found)[:_RUNS_MAX]


NO_CLUES = Clues()


def number_key(number: str) -> str:
    """An invoice number as it is compared: capitals and digits alone."""
    return _NOT_IN_NUMBER.sub("", number.upper())


def clues_in(texts: Iterable[str | None]) -> Clues:
    """All clues in what came with a payment, structured or free."""
    references: set[str] = set()
    numbers: set[str] = set()
    read: set[str] = set()
    told = [given[:_TEXT_LENGTH_MAX].upper() for given in texts if given]
    for text in told:
        if not _DIGIT.search(text):
            continue
        whole = _references_in(text)
        references |= whole
        if text in whole:
            continue
        found = set(_numbers(text))
        numbers |= found - _tails(text, found)
        if not whole:
            read |= _references_in(_READABLE.sub(_as_digits, text))
    return Clues(
        _capped(references),
        _capped(numbers),
        _capped(read),
        _BETWEEN_TEXTS.join(told)[:_TEXT_LENGTH_MAX],
    )


def _capped(found: set[str]) -> frozenset[str]:
    return frozenset(found if len(found) <= _CLUES_MAX else sorted(found)[:_CLUES_MAX])


def _as_digits(run: re.Match[str]) -> str:
    return run.group().translate(_LETTERS_READ)


def _references_in(text: str) -> set[str]:
    if len(text) == KENMERK_LENGTH and text.isascii() and text.isdigit() and holds(text):
        return {text}
    return {*_rf_references(text), *_payment_references(text)}


def _rf_references(text: str) -> Iterator[str]:
    """Every valid ISO 11649 reference that starts at an `RF`: where it ends cannot be seen.

    The check (ISO 7064 mod 97-10) is over what stands behind the check digits, then `RF` as 2715,
    then the check digits; each further character goes into it where it stands.
    """
    for start in _RF.finditer(text):
        run = _NOT_IN_NUMBER.sub("", start[1])[: _RF_LENGTH_MAX - 2]
        told, checked = run[:2], 0
        if not told.isdecimal():
            continue
        sought = (1 - 271_500 - int(told)) * _WITHOUT_RF % 97
        for length, character in enumerate(run[2:], start=3):
            worth = _WORTH[character]
            checked = (checked * (10 if worth < 10 else 100) + worth) % 97
            if checked == sought:
                yield f"RF{run[:length]}"


def _payment_references(text: str) -> Iterator[str]:
    """Every valid 16-digit betalingskenmerk in a run of digits, however it is spaced.

    It begins and ends where a group of digits does: of 17 in a row one is too many, and which one
    nobody knows, even where it stands apart. Noughts before it are how banks fill a field.
    """
    for run in _DIGITS.finditer(text):
        groups = _NOT_DIGIT.sub(" ", run.group()).split()
        if len(groups[-1]) == 1 and text[run.end() : run.end() + 1].isalpha():
            groups.pop()
        digits = "".join(groups)
        if len(digits) == KENMERK_LENGTH + 1 and 1 in (len(groups[0]), len(groups[-1])):
            continue
        bounds = list(accumulate(map(len, groups), initial=0))
        for begin, group in zip(bounds, groups, strict=False):
            filled = len(group) - len(group.lstrip("0"))
            for start in range(begin, begin + filled + 1):
                piece = digits[start : start + KENMERK_LENGTH]
                if start + KENMERK_LENGTH in bounds and holds(piece):
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


def _tails(text: str, numbers: Iterable[str]) -> set[str]:
    """Of the numbers those that end 16 digits in a row, spaced or not: a betalingskenmerk's tail.

    Without this a mistyped kenmerk (whose check digit fails) would pay whatever bill its last
    digits happen to be the number of.
    """
    found: set[str] = set()
    for run in _DIGITS.finditer(text):
        groups = _NOT_DIGIT.sub(" ", run.group()).split()
        for first in range(len(groups)):
            joined = ""
            for group in groups[first:]:
                joined += group
                if len(joined) >= KENMERK_LENGTH:
                    break
            if len(joined) == KENMERK_LENGTH:
                found.update(n for n in numbers if n != joined and joined.endswith(n))
    return found


def _runs(text: str) -> Iterator[str]:
    """Digits that could be a damaged reference or number: in one word, or in groups.

    Of an RF reference the part behind its two check digits, which is the number it was made of.
    Of many groups those that are together as long as a betalingskenmerk, give or take a digit.
    """
    for run in _RUN.finditer(text):
        groups = _NOT_DIGIT.sub(" ", run.group()).split()
        joined = "".join(groups)
        yield joined
        if text[: run.start()].rstrip(_SEPARATORS).endswith("RF"):
            yield joined[2:]
        if len(joined) > KENMERK_LENGTH + 1:
            together = ("".join(groups[a:b]) for a, b in combinations(range(len(groups) + 1), 2))
            yield from (run for run in together if abs(len(run) - KENMERK_LENGTH) <= 1)
        if len(groups) > 1:
            yield from (group for group in groups if len(group) > 6)


def _has_digit(word: str) -> bool:
    return not word.isalpha()


def _is_number(word: str) -> bool:
    if not _NUMBER_LENGTH_MIN <= len(word) <= _NUMBER_LENGTH_MAX:
        return False
    return sum(map(str.isdigit, word)) >= _NUMBER_DIGITS_MIN
