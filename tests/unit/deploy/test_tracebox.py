"""The trace box: what the SDK sends is what the pages and the API show."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status, TracesData

from deploy.local.span_store import SpanStore, read_spans
from deploy.local.tracebox import create_app
from deploy.local.waterfall import lay_out

START_NS = 1_790_000_000_000_000_000
MS = 1_000_000


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def span(
    trace: int, number: int, name: str, *, parent: int = 0, at_ms: int = 0, lasts_ms: int = 10
) -> Span:
    return Span(
        trace_id=trace.to_bytes(16, "big"),
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        name=name,
        start_time_unix_nano=START_NS + at_ms * MS,
        end_time_unix_nano=START_NS + (at_ms + lasts_ms) * MS,
    )


def sent_by(service: str, *spans: Span) -> TracesData:
    data = TracesData()
    resource_spans = data.resource_spans.add()
    attribute = resource_spans.resource.attributes.add()
    attribute.key, attribute.value.string_value = "service.name", service
    resource_spans.scope_spans.add().spans.extend(spans)
    return data


def hex_id(trace: int) -> str:
    return f"{trace:032x}"


async def test_a_trace_over_two_services_is_one_row_with_its_whole_duration(
    client: httpx.AsyncClient,
) -> None:
    late = span(1, 2, "handle", parent=1, at_ms=100, lasts_ms=50)
    late.status.code = Status.STATUS_CODE_ERROR
    for data in (sent_by("payments", late), sent_by("billing", span(1, 1, "POST /invoices"))):
        answer = await client.post("/v1/traces", content=data.SerializeToString())
        assert answer.status_code == 200
    assert (await client.get("/api/traces")).json()["traces"] == [
        {
            "trace_id": hex_id(1),
            "name": "POST /invoices",
            "service": "billing",
            "services": ["billing", "payments"],
            "started_ns": START_NS,
            "duration_ms": 150.0,
            "span_count": 2,
            "errors": 1,
        }
    ]


async def test_traces_are_found_by_service_and_by_the_root_s_name(
    client: httpx.AsyncClient,
) -> None:
    for number, service in ((1, "billing"), (2, "payments"), (3, "billing")):
        data = sent_by(service, span(number, 1, f"POST /{service}/{number}"))
        await client.post("/v1/traces", content=data.SerializeToString())
    found = (await client.get("/api/traces", params={"service": "billing"})).json()["traces"]
    assert [trace["trace_id"] for trace in found] == [hex_id(3), hex_id(1)]
    found = (await client.get("/api/traces", params={"name": "post /PAY"})).json()["traces"]
    assert [trace["trace_id"] for trace in found] == [hex_id(2)]


async def test_a_gzipped_body_is_taken_and_what_is_no_protobuf_is_refused(
    client: httpx.AsyncClient,
) -> None:
    body = gzip.compress(sent_by("billing", span(1, 1, "x")).SerializeToString())
    headers = {"Content-Encoding": "gzip"}
    assert (await client.post("/v1/traces", content=body, headers=headers)).status_code == 200
    assert (await client.post("/v1/traces", content=b"zz", headers=headers)).status_code == 400
    assert (await client.post("/v1/traces", content=b"zzzz")).status_code == 400
    assert len((await client.get("/api/traces")).json()["traces"]) == 1


async def test_the_pages_show_names_as_text_not_as_markup(client: httpx.AsyncClient) -> None:
    data = sent_by("billing", span(1, 1, "<script>alert(1)</script>"))
    await client.post("/v1/traces", content=data.SerializeToString())
    for path in ("/", f"/traces/{hex_id(1)}"):
        page = await client.get(path)
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert "&lt;script&gt;" in page.text


async def test_a_metric_shows_its_latest_value_per_series(client: httpx.AsyncClient) -> None:
    for value in (3, 7):
        data = MetricsData()
        metric = data.resource_metrics.add().scope_metrics.add().metrics.add(name="lag", unit="1")
        metric.gauge.data_points.add(as_int=value, time_unix_nano=START_NS)
        await client.post("/v1/metrics", content=data.SerializeToString())
    (series,) = (await client.get("/api/metrics")).json()["metrics"]
    assert (series["name"], series["service"], series["value"]) == ("lag", "unknown", 7)
    assert "lag" in (await client.get("/metrics")).text


def test_beyond_the_spans_it_may_hold_the_trace_longest_untouched_is_forgotten() -> None:
    store = SpanStore(spans_most=3)
    store.take(sent_by("billing", span(1, 1, "one"), span(2, 1, "two")))
    store.take(sent_by("billing", span(1, 2, "more of one", parent=1), span(3, 1, "three")))
    assert [trace.root_name for trace in store.find()] == ["three", "one"]


def test_a_waterfall_puts_children_below_their_parent_in_order_of_start() -> None:
    store = SpanStore()
    store.take(
        sent_by(
            "billing",
            span(1, 3, "second child", parent=1, at_ms=60, lasts_ms=40),
            span(1, 1, "root", lasts_ms=100),
            span(1, 4, "grandchild", parent=2, at_ms=20, lasts_ms=10),
            span(1, 2, "first child", parent=1, at_ms=10, lasts_ms=30),
            span(1, 5, "orphan", parent=99, at_ms=90, lasts_ms=110),
        )
    )
    (trace,) = store.find()
    bars = lay_out(read_spans(trace))
    assert [(bar.span.name, bar.depth) for bar in bars] == [
        ("root", 0),
        ("first child", 1),
        ("grandchild", 2),
        ("second child", 1),
        ("orphan", 0),
    ]
    assert [(bar.left_percent, bar.width_percent) for bar in bars] == [
        (0.0, 50.0),
        (5.0, 15.0),
        (10.0, 5.0),
        (30.0, 20.0),
        (45.0, 55.0),
    ]
