"""The reliability curve as SVG, on axes that give 0.99 and 0.9999 room to differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tests.evaluation.calibration import Bin, Calibration

_WIDTH, _HEIGHT = 590, 580
_LEFT, _TOP, _SIDE = 90, 60, 460
_TICKS = (0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999)
_LEAST, _MOST = 0.004, 0.99998
"""Both ends of the axes: what lies beyond is drawn at the edge."""


def reliability_svg(calibration: Calibration, title: str) -> str:
    """Predicted probability across, share that came true upwards, both as log-odds."""
    lines = sum(bin_.lines for bin_ in calibration.bins)
    caption = (
        f"{lines:,} lines · Brier {calibration.brier:.5f} · "
        f"expected error {calibration.expected_error:.5f}"
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_LEFT, 26, title, size=16),
        _text(_LEFT, 46, caption, fill="#555"),
        *_axes(),
        _curve(calibration.bins),
        *(mark for bin_ in calibration.bins for mark in _point(bin_, lines)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axes() -> Iterator[str]:
    bottom, right = _TOP + _SIDE, _LEFT + _SIDE
    for tick in _TICKS:
        x, y = _across(tick), _upwards(tick)
        yield _line(x, _TOP, x, bottom, "#e4e4e4")
        yield _line(_LEFT, y, right, y, "#e4e4e4")
        yield _text(x, bottom + 18, f"{tick:g}", anchor="middle")
        yield _text(_LEFT - 8, y + 4, f"{tick:g}", anchor="end")
    yield _line(_LEFT, bottom, right, _TOP, "#999", dashed=True)
    yield (
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#444"/>'
    )
    yield _text(_LEFT + _SIDE / 2, bottom + 44, "probability given", anchor="middle")
    middle = _TOP + _SIDE / 2
    yield (
        f'<text x="24" y="{middle}" text-anchor="middle" '
        f'transform="rotate(-90 24 {middle})">share that came true (bars: 95 %)</text>'
    )


def _curve(bins: Sequence[Bin]) -> str:
    points = " ".join(
        f"{_across(bin_.predicted):.1f},{_upwards(bin_.came_true):.1f}" for bin_ in bins
    )
    return f'<polyline points="{points}" fill="none" stroke="#fdba74" stroke-width="2"/>'


def _point(bin_: Bin, all_lines: int) -> Iterator[str]:
    """A disc whose area tells how many lines it stands for, and its interval."""
    x, y = _across(bin_.predicted), _upwards(bin_.came_true)
    yield _line(x, _upwards(bin_.low), x, _upwards(bin_.high), "#c2410c")
    radius = 3 + 12 * math.sqrt(bin_.lines / all_lines)
    yield (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#c2410c" fill-opacity="0.65">'
        f"<title>{bin_.lines:,} lines: given {bin_.predicted:.6f}, "
        f"came true {bin_.came_true:.6f}</title></circle>"
    )


def _across(probability: float) -> float:
    return _LEFT + _SIDE * _place(probability)


def _upwards(probability: float) -> float:
    return _TOP + _SIDE * (1 - _place(probability))


def _place(probability: float) -> float:
    """0 to 1 along an axis of log-odds."""
    inside = min(max(probability, _LEAST), _MOST)
    return (_log_odds(inside) - _log_odds(_LEAST)) / (_log_odds(_MOST) - _log_odds(_LEAST))


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dash}/>'
    )


def _text(
    x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", fill: str = "#222"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
        f'fill="{fill}">{words}</text>'
    )
