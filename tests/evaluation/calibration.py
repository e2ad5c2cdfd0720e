"""Does "0.99" come true in 99 of 100 cases? Reliability by bins, Brier score, expected error."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

# Narrow where an engine decides: 0.99 and 0.9999 are worlds apart.
_EDGES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.96, 0.99, 0.996, 0.999, 0.9996, 0.9999, 0.99999)
_Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Bin:
    """Lines of about the same probability."""

    lines: int
    predicted: float
    """Mean probability."""
    came_true: float
    """Share of lines whose best candidate was right."""
    low: float
    high: float
    """The 95 % interval of that share (Wilson 1927), for it rests on few lines in some bins."""


@dataclass(frozen=True, slots=True)
class Calibration:
    bins: tuple[Bin, ...]
    brier: float
    """Mean squared distance of probability and outcome; 0 is perfect."""
    expected_error: float
    """Mean distance of predicted and observed over the bins, weighed by lines."""


def calibration_of(guesses: Sequence[tuple[float, bool]]) -> Calibration | None:
    """None when the engine gave no probability at all."""
    if not guesses:
        return None
    binned: list[list[tuple[float, bool]]] = [[] for _ in range(len(_EDGES) + 1)]
    for guess in guesses:
        binned[bisect_right(_EDGES, guess[0])].append(guess)
    bins = tuple(_bin(members) for members in binned if members)
    return Calibration(
        bins=bins,
        brier=sum((probability - true) ** 2 for probability, true in guesses) / len(guesses),
        expected_error=sum(bin_.lines * abs(bin_.predicted - bin_.came_true) for bin_ in bins)
        / len(guesses),
    )


def _bin(members: Sequence[tuple[float, bool]]) -> Bin:
    count, true = len(members), sum(came_true for _, came_true in members)
    low, high = wilson_interval(true, count)
    predicted = math.fsum(probability for probability, _ in members) / count
    return Bin(count, predicted, true / count, low, high)


def wilson_interval(true: int, count: int) -> tuple[float, float]:
    """Where the share behind `true` of `count` lies with 95 % confidence."""
    share, square = true / count, _Z_95**2
    centre = (share + square / (2 * count)) / (1 + square / count)
    reach = math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    reach *= _Z_95 / (1 + square / count)
    return max(0.0, centre - reach), min(1.0, centre + reach)
