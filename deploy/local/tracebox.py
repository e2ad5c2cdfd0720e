"""A trace box: takes OTLP over HTTP, keeps the last of it, shows it. Never in production."""

from __future__ import annotations

import zlib
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from deploy.local.display import run_cli
from deploy.local.metric_store import LogStore, MetricStore
from deploy.local.settings import LocalSettings
from deploy.local.span_store import SpanStore, read_spans
from deploy.local.stand_in import PAGES, SAFE_PAGE, refuse_in_production, serve, stand_in_app
from deploy.local.waterfall import lay_out

BODY_BYTES_MOST = 64_000_000
LOGS_PER_TRACE_MOST = 500
_PROTOBUF = "application/x-protobuf"

Data = TypeVar("Data", TracesData, MetricsData, LogsData)
Limit = Annotated[int, Query(ge=1, le=1000)]


class UnreadableBody(Exception):
    """What was sent is not OTLP in protobuf, or more than we take."""


def create_app() -> FastAPI:
    refuse_in_production("trace box")
    spans, metrics, logs = SpanStore(), MetricStore(), LogStore()
    app = stand_in_app("Trace box")
    app.add_exception_handler(UnreadableBody, _unreadable)
    _add_intake(app, spans, metrics, logs)
    _add_api(app, spans, metrics, logs)
    _add_pages(app, spans, metrics, logs)
    return app


def _add_intake(app: FastAPI, spans: SpanStore, metrics: MetricStore, logs: LogStore) -> None:
    """The three addresses of OTLP/HTTP. The *Data messages are the export requests on the wire;
    an empty answer says that everything was taken.
    """

    @app.post("/v1/traces")
    async def take_traces(request: Request) -> Response:
        spans.take(_parsed(TracesData(), await _body(request)))
        return Response(media_type=_PROTOBUF)

    @app.post("/v1/metrics")
    async def take_metrics(request: Request) -> Response:
        metrics.take(_parsed(MetricsData(), await _body(request)))
        return Response(media_type=_PROTOBUF)

    @app.post("/v1/logs")
    async def take_logs(request: Request) -> Response:
        logs.take(_parsed(LogsData(), await _body(request)))
        return Response(media_type=_PROTOBUF)


def _add_api(app: FastAPI, spans: SpanStore, metrics: MetricStore, logs: LogStore) -> None:
    @app.get("/api/traces")
    def traces(service: str = "", name: str = "", limit: Limit = 100) -> dict[str, Any]:
        """Newest first."""
        found = islice(spans.find(service, name), limit)
        return {"traces": [trace.summary() for trace in found]}

    @app.get("/api/traces/{trace_id}")
    def one_trace(trace_id: str) -> Any:
        trace = spans.get(trace_id)
        if trace is None:
            return _missing()
        return {**trace.summary(), "spans": [asdict(span) for span in read_spans(trace)]}

    @app.get("/api/metrics")
    def latest_metrics(name: str = "") -> dict[str, Any]:
        return {"metrics": [series for series in metrics.all() if name in series["name"]]}

    @app.get("/api/logs")
    def last_logs(trace_id: str = "", limit: Limit = 100) -> dict[str, Any]:
        return {"logs": list(islice(logs.find(trace_id), limit))}


def _add_pages(app: FastAPI, spans: SpanStore, metrics: MetricStore, logs: LogStore) -> None:
    @app.get("/", response_class=HTMLResponse)
    def traces_page(
        request: Request, service: str = "", name: str = "", limit: Limit = 100
    ) -> Response:
        context = {
            "traces": list(islice(spans.find(service, name), limit)),
            "service": service,
            "name": name,
            "clock_time": _clock_time,
        }
        return PAGES.TemplateResponse(request, "traces.html", context, headers=SAFE_PAGE)

    @app.get("/traces/{trace_id}", response_class=HTMLResponse)
    def trace_page(request: Request, trace_id: str) -> Response:
        trace = spans.get(trace_id)
        if trace is None:
            return _missing()
        context = {
            "trace": trace,
            "bars": lay_out(read_spans(trace)),
            "logs": list(islice(logs.find(trace_id), LOGS_PER_TRACE_MOST)),
            "clock_time": _clock_time,
        }
        return PAGES.TemplateResponse(request, "trace.html", context, headers=SAFE_PAGE)

    @app.get("/metrics", response_class=HTMLResponse)
    def metrics_page(request: Request) -> Response:
        context = {"metrics": metrics.all(), "clock_time": _clock_time}
        return PAGES.TemplateResponse(request, "metrics.html", context, headers=SAFE_PAGE)


async def _body(request: Request) -> bytes:
    """The body, unpacked when it is gzipped; more than the limit is refused either way."""
    raw = await request.body()
    if request.headers.get("content-encoding") == "gzip":
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            raw = unpacker.decompress(raw, BODY_BYTES_MOST + 1)
        except zlib.error:
            raise UnreadableBody from None
    if len(raw) > BODY_BYTES_MOST:
        raise UnreadableBody
    return raw


def _parsed(empty: Data, raw: bytes) -> Data:
    try:
        empty.ParseFromString(raw)
    except DecodeError:
        raise UnreadableBody from None
    return empty


def _unreadable(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"title": "Send OTLP as protobuf, gzipped or not"}, status_code=400)


def _missing() -> JSONResponse:
    return JSONResponse({"title": "There is no such trace, or no longer"}, status_code=404)


def _clock_time(at_ns: int) -> str:
    return f"{datetime.fromtimestamp(at_ns / 1e9, UTC):%Y-%m-%d %H:%M:%S}"


def main() -> None:
    settings = LocalSettings()
    serve(create_app(), settings.ports.tracebox)


if __name__ == "__main__":
    run_cli(main)
