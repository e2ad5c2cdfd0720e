"""What a damaged reference may have meant: one slip of the fingers away, or cut at an end.

A slip is a digit typed wrong, left out or typed twice, or two neighbours exchanged. Check digits
(betalingskenmerk modulus 11, ISO 11649 modulus 97) leave few of the many possibilities standing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from services.payments.domain.kenmerk import KENMERK_LENGTH, holds

# Of a kenmerk cut at its end: two lost digits leave about nine possibilities.
_LOST_MOST: Final = 2
_TAIL_LENGTH_MIN: Final = 6
_BEGINNING_LENGTH_MIN: Final = 12
_DIGITS: Final = "0123456789"


def one_slip(written: str, lengths: Collection[int]) -> Iterator[str]:
    """Everything of these lengths that is one slip away from `written`, some of it twice."""
    same, shorter, longer = (len(written) + by in lengths for by in (0, -1, 1))
    for at, digit in enumerate(written):
        before, after = written[:at], written[at + 1 :]
        if shorter:
            yield before + after
        if same:
            yield from [before + other + after for other in _DIGITS if other != digit]
            if after and after[0] != digit:
                yield before + after[0] + digit + after[1:]
        if longer:
            yield from [before + other + digit + after for other in _DIGITS]
    if longer:
        yield from [written + other for other in _DIGITS]


def is_one_slip(written: str, meant: str) -> bool:
    """Whether one slip makes `written` of `meant`. In time linear in their length."""
    longer, shorter = (written, meant) if len(written) > len(meant) else (meant, written)
    if len(longer) - len(shorter) > 1 or longer == shorter:
        return False
    at = 0
    while at < len(shorter) and longer[at] == shorter[at]:
        at += 1
    if len(longer) > len(shorter):
        return longer[at + 1 :] == shorter[at:]
    if longer[at + 1 :] == shorter[at + 1 :]:
        return True
    swapped = longer[at + 1 : at + 2] + longer[at]
    return swapped == shorter[at : at + 2] and longer[at + 2 :] == shorter[at + 2 :]


def near_references(runs: Iterable[str]) -> set[str]:
    """Valid betalingskenmerken one slip from these digits, or begun by them."""
    found: set[str] = set()
    for run in runs:
        lost = KENMERK_LENGTH - len(run)
        if -1 <= lost <= 1:
            found.update(filter(holds, one_slip(run, (KENMERK_LENGTH,))))
        if 1 <= lost <= _LOST_MOST:
            ends = (f"{run}{end:0{lost}}" for end in range(10**lost))
            found.update(filter(holds, ends))
    return found


def near_numbers(runs: Iterable[str], lengths: Collection[int]) -> tuple[set[str], set[str]]:
    """Numbers of these lengths: one slip from these digits, and the ends of longer digits."""
    slips: set[str] = set()
    tails: set[str] = set()
    for run in runs:
        slips.update(one_slip(run, lengths))
        tails.update(run[-length:] for length in lengths if _TAIL_LENGTH_MIN <= length < len(run))
    return slips, tails


def is_cut(run: str, reference: str) -> bool:
    """Whether `run` is a whole reference's beginning or end, long enough to mean something."""
    if len(run) >= len(reference):
        return False
    begins = len(run) >= _BEGINNING_LENGTH_MIN and reference.startswith(run)
    return begins or (len(run) > _TAIL_LENGTH_MIN and reference.endswith(run))
