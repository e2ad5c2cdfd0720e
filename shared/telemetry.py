"""Traces, metrics and logs.

One trace goes from the HTTP request or the bank file through outbox, Kafka and inbox to the last
effect: the `traceparent` travels in the outbox row and in the event's headers. Logs are JSON lines
with trace ids; they hold ids, never names, addresses or IBANs.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
import structlog.tracebacks
from fastapi.telemetry import TelemetryConfig
from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
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
    tracing = TracerProvider(resource=resource)
    tracing.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{otlp_endpoint}/v1/traces"))
    )
    trace.set_tracer_provider(tracing)
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
