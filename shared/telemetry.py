"""Traces, metrics and logs.

One trace goes from the HTTP request or the bank file through outbox, Kafka and inbox to the last
effect: the `traceparent` travels in the outbox row and in the event's headers. Logs are JSON lines
with trace ids; they hold ids, never names, addresses or IBANs.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import structlog
import structlog.tracebacks
from fastapi.telemetry import TelemetryConfig
from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, TraceFlags
from opentelemetry.trace.propagation import set_span_in_context

tracer = trace.get_tracer("inning")
meter = metrics.get_meter("inning")
log: structlog.stdlib.BoundLogger = structlog.get_logger()

# FastAPI's own spans and metrics. Probes make none, and no exception's text is exported: it may
# quote what a person sent.
HTTP: TelemetryConfig = {
    "logs": False,
    "operation_spans": False,
    "exclude": lambda scope: str(scope.get("path", "")).startswith("/health/"),
}

# Words of routes, ids and small numbers: anything else in an address is somebody's own.
_TOLD_OF_ADDRESS = re.compile(
    r"[a-z][a-z0-9_.-]{0,39}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{0,4}"
)


class Discretion(SpanProcessor):
    """Keeps what a caller wrote in an address out of traces: a payer's token opens a page, an
    account in a search says who it is. Route, ids and the names of what was asked for stay."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        told = span.attributes or {}
        if "url.path" in told:
            parts = str(told["url.path"]).split("/")
            span.set_attribute("url.path", "/".join(_or_star(part) for part in parts))
        if "url.query" in told:
            asked = parse_qsl(str(told["url.query"]), keep_blank_values=True)
            span.set_attribute("url.query", "&".join(_or_star(name) for name, _ in asked))


def _or_star(part: str) -> str:
    return part if _TOLD_OF_ADDRESS.fullmatch(part) else "*"


def tracing(resource: Resource, exporting: SpanProcessor) -> TracerProvider:
    """Spans as they are exported, of every process."""
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(Discretion())
    provider.add_span_processor(exporting)
    return provider


def current_traceparent() -> str | None:
    """The W3C traceparent of the running span, to be stored with an event; None outside one."""
    return traceparent_of(trace.get_current_span().get_span_context())


def traceparent_of(context: SpanContext) -> str | None:
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def remote_context(traceparent: str | None) -> Any:
    """The OpenTelemetry context to continue from, or an empty one when there is none."""
    parts = (traceparent or "").split("-")
    if len(parts) != 4:
        return None
    span = SpanContext(
        trace_id=int(parts[1], 16),
        span_id=int(parts[2], 16),
        is_remote=True,
        trace_flags=TraceFlags(int(parts[3], 16)),
    )
    return set_span_in_context(trace.NonRecordingSpan(span))


def set_up(service: str, otlp_endpoint: str | None) -> None:
    """Once per process: JSON logs to stdout, and exporters when there is somewhere to send to."""
    _set_up_logs(service)
    if not otlp_endpoint:
        return
    resource = Resource.create({"service.name": f"inning-{service}"})
    exporting = BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{otlp_endpoint}/v1/traces"))
    trace.set_tracer_provider(tracing(resource, exporting))
    reader = PeriodicExportingMetricReader(
        OTLPMetricExporter(endpoint=f"{otlp_endpoint}/v1/metrics"), export_interval_millis=10_000
    )
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[reader]))


def shut_down() -> None:
    """Send what is still held back. Called last when a process stops."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        stop = getattr(provider, "shutdown", None)
        if stop is not None:
            stop()


def _set_up_logs(service: str) -> None:
    structlog.contextvars.bind_contextvars(service=service)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _add_trace_ids,
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(message)s")


def _add_trace_ids(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event
