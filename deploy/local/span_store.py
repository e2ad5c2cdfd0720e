"""The spans the trace box holds: bounded, and cheap to take in.

A span is kept as the bytes it came in; only what a list of traces shows is worked out on arrival.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status, TracesData

from deploy.local.otlp import read_attributes, service_name

SPANS_MOST, SPANS_PER_TRACE_MOST = 200_000, 20_000
_KINDS = {2: "server", 3: "client", 4: "producer", 5: "consumer"}


@dataclass(slots=True)
class Trace:
    """One trace as far as it has arrived. Times are nanoseconds since 1970."""

    trace_id: str
    root_name: str = ""
    root_service: str = ""
    root_known: bool = False
    started_ns: int = 0
    ended_ns: int = 0
    errors: int = 0
    services: set[str] = field(default_factory=set)
    spans: list[tuple[str, bytes]] = field(default_factory=list)
    dropped: int = 0
    """Spans beyond the limit of one trace."""

    @property
    def duration_ms(self) -> float:
        return (self.ended_ns - self.started_ns) / 1e6

    def take(self, service: str, span: Span) -> None:
        is_root = not span.parent_span_id
        is_first = not self.spans or span.start_time_unix_nano < self.started_ns
        if is_root or (is_first and not self.root_known):
            self.root_name, self.root_service = span.name, service
            self.root_known = self.root_known or is_root
        if is_first:
            self.started_ns = span.start_time_unix_nano
        self.ended_ns = max(self.ended_ns, span.end_time_unix_nano)
        self.errors += span.status.code == Status.STATUS_CODE_ERROR
        self.services.add(service)
        if len(self.spans) < SPANS_PER_TRACE_MOST:
            self.spans.append((service, span.SerializeToString()))
        else:
            self.dropped += 1

    def summary(self) -> dict[str, Any]:
        return {
            "trace_id": self.trace_id,
            "name": self.root_name,
            "service": self.root_service,
            "services": sorted(self.services),
            "started_ns": self.started_ns,
            "duration_ms": round(self.duration_ms, 3),
            "span_count": len(self.spans) + self.dropped,
            "errors": self.errors,
        }


@dataclass(frozen=True, slots=True)
class SpanView:
    """A span as it is shown; its parent and what links to it are hexadecimal ids."""

    span_id: str
    parent_id: str
    service: str
    name: str
    kind: str
    started_ns: int
    duration_ms: float
    error: str | None
    attributes: dict[str, Any]
    events: list[dict[str, Any]]
    links: list[dict[str, str]]


class SpanStore:
    """Forgets whole traces, the longest untouched first."""

    def __init__(self, spans_most: int = SPANS_MOST) -> None:
        self._spans_most = spans_most
        self._span_count = 0
        self._traces: OrderedDict[str, Trace] = OrderedDict()

    def take(self, data: TracesData) -> None:
        for resource_spans in data.resource_spans:
            service = service_name(resource_spans.resource)
            for scope_spans in resource_spans.scope_spans:
                for span in scope_spans.spans:
                    trace = self._trace(span.trace_id.hex())
                    kept_before = len(trace.spans)
                    trace.take(service, span)
                    self._span_count += len(trace.spans) - kept_before
        while self._span_count > self._spans_most and len(self._traces) > 1:
            _, forgotten = self._traces.popitem(last=False)
            self._span_count -= len(forgotten.spans)

    def _trace(self, trace_id: str) -> Trace:
        trace = self._traces.get(trace_id)
        if trace is None:
            trace = self._traces[trace_id] = Trace(trace_id)
        else:
            self._traces.move_to_end(trace_id)
        return trace

    def get(self, trace_id: str) -> Trace | None:
        return self._traces.get(trace_id)

    def find(self, service: str = "", name: str = "") -> Iterator[Trace]:
        """Newest first: those that `service` took part in and whose root is called like `name`."""
        name = name.lower()
        for trace in reversed(self._traces.values()):
            if (not service or service in trace.services) and name in trace.root_name.lower():
                yield trace


def read_spans(trace: Trace) -> list[SpanView]:
    """The trace's spans as they are shown, in order of their start."""
    views = [_read_span(service, Span.FromString(raw)) for service, raw in trace.spans]
    return sorted(views, key=lambda view: view.started_ns)


def _read_span(service: str, span: Span) -> SpanView:
    failed = span.status.code == Status.STATUS_CODE_ERROR
    return SpanView(
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        service=service,
        name=span.name,
        kind=_KINDS.get(span.kind, "internal"),
        started_ns=span.start_time_unix_nano,
        duration_ms=round((span.end_time_unix_nano - span.start_time_unix_nano) / 1e6, 3),
        error=(span.status.message or "error") if failed else None,
        attributes=read_attributes(span.attributes),
        events=[
            {"name": event.name, "attributes": read_attributes(event.attributes)}
            for event in span.events
        ],
        links=[
            {"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex()} for link in span.links
        ],
    )
