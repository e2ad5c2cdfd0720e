"""What a damaged reference may have meant: one slip of the fingers away, or cut at an end.

A slip is a digit typed wrong, left out or typed twice, or two neighbours exchanged. Check digits
(betalingskenmerk modulus 11, ISO 11649 modulus 97) leave few of the many possibilities standing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from services.payments.domain.clues import KENMERK_LENGTH
from shared.references import is_payment_reference

_NUMBER_LENGTHS: Final = range(7, 16)
# Of a kenmerk cut at its end: two lost digits leave about nine possibilities.
_LOST_MOST: Final = 2
_TAIL_LENGTH_MIN: Final = 6
_BEGINNING_LENGTH_MIN: Final = 12
_DIGITS: Final = "0123456789"


def one_slip(written: str) -> Iterator[str]:
    """Everything one slip away from `written`, some of it twice."""
    for at, digit in enumerate(written):
        before, after = written[:at], written[at + 1 :]
        yield before + after
        for other in _DIGITS:
            if other != digit:
                yield before + other + after
            yield before + other + digit + after
        if after and after[0] != digit:
            yield before + after[0] + digit + after[1:]
    yield from (written + other for other in _DIGITS)


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
        length = len(run)
        if KENMERK_LENGTH - 1 <= length <= KENMERK_LENGTH + 1:
            slips = (near for near in one_slip(run) if len(near) == KENMERK_LENGTH)
            found.update(near for near in slips if is_payment_reference(near))
        lost = KENMERK_LENGTH - length
        if 1 <= lost <= _LOST_MOST:
            ends = (f"{run}{end:0{lost}}" for end in range(10**lost))
            found.update(near for near in ends if is_payment_reference(near))
    return found


def near_numbers(runs: Iterable[str]) -> set[str]:
    """Numbers one slip from these digits, and those that longer digits end with."""
    found: set[str] = set()
    for run in runs:
        if len(run) in _NUMBER_LENGTHS:
            found.update(one_slip(run))
        found.update(
            run[-length:] for length in range(_TAIL_LENGTH_MIN, len(run)) if run[-length] != "0"
        )
    return found


def is_cut(run: str, reference: str) -> bool:
    """Whether `run` is a whole reference's beginning or end, long enough to mean something."""
    if len(run) >= len(reference):
        return False
    begins = len(run) >= _BEGINNING_LENGTH_MIN and reference.startswith(run)
    return begins or (len(run) > _TAIL_LENGTH_MIN and reference.endswith(run))
