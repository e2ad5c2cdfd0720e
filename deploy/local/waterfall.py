"""A trace as rows of a waterfall: children below their parents, bars in per cent of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.local.span_store import SpanView


@dataclass(frozen=True, slots=True)
class Bar:
    span: SpanView
    depth: int
    left_percent: float
    width_percent: float
    after_ms: float
    """Milliseconds between the trace's start and this span's."""


def lay_out(spans: Sequence[SpanView]) -> list[Bar]:
    """Rows in reading order; a span whose parent has not arrived stands at the top level."""
    if not spans:
        return []
    started_ns = min(span.started_ns for span in spans)
    whole_ms = max(_offset_ms(span, started_ns) + span.duration_ms for span in spans) or 1.0
    known = {span.span_id for span in spans}
    children: dict[str, list[SpanView]] = {}
    for span in reversed(spans):
        parent_id = span.parent_id if span.parent_id in known else ""
        children.setdefault(parent_id, []).append(span)
    bars: list[Bar] = []
    waiting = [(span, 0) for span in children.get("", [])]
    while waiting:
        span, depth = waiting.pop()
        after_ms = _offset_ms(span, started_ns)
        bars.append(
            Bar(
                span,
                depth,
                left_percent=round(100 * after_ms / whole_ms, 2),
                width_percent=round(100 * span.duration_ms / whole_ms, 2),
                after_ms=round(after_ms, 3),
            )
        )
        waiting += [(child, depth + 1) for child in children.get(span.span_id, [])]
    return bars


def _offset_ms(span: SpanView, started_ns: int) -> float:
    return (span.started_ns - started_ns) / 1e6
