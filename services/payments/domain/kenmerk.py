"""The check digit of a betalingskenmerk of 16 digits, fast: five look-ups and no loop.

`shared.references` tells the rule for every length. Here every line of a file is checked, and for a
damaged reference hundreds of possibilities.
"""

from __future__ import annotations

from typing import Final

from shared.references import KENMERK_WEIGHTS

KENMERK_LENGTH: Final = 16


def _checked_thirds() -> tuple[dict[str, int], ...]:
    """What three digits add to the weighted sum, by their place behind the check digit."""
    weights = [KENMERK_WEIGHTS[place % 10] for place in reversed(range(KENMERK_LENGTH - 1))]
    return tuple(
        {
            f"{a}{b}{c}": a * weights[at] + b * weights[at + 1] + c * weights[at + 2]
            for a in range(10)
            for b in range(10)
            for c in range(10)
        }
        for at in range(0, KENMERK_LENGTH - 1, 3)
    )


_T1, _T2, _T3, _T4, _T5 = _checked_thirds()
# Eleven less the remainder; 10 is written 1 and 11 is written 0 (see `shared.references`).
_CHECK_BY_REMAINDER: Final = tuple(str({0: 0, 1: 1}.get(r, 11 - r)) for r in range(11))


def holds(kenmerk: str) -> bool:
    """Whether the check digit of 16 ASCII digits is right."""
    total = (
        _T1[kenmerk[1:4]]
        + _T2[kenmerk[4:7]]
        + _T3[kenmerk[7:10]]
        + _T4[kenmerk[10:13]]
        + _T5[kenmerk[13:16]]
    )
    return kenmerk[0] == _CHECK_BY_REMAINDER[total % 11]
