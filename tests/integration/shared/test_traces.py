"""One trace from the request to the last effect in another service."""

from __future__ import annotations

from collections.abc import Iterator

import asyncpg
import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.billing.app import create_app
from services.billing.config import Settings
from services.billing.consumers import HANDLERS
from shared.consumer import EventConsumer
from shared.events.billing import RunChunkPlanned
from shared.events.envelope import REGISTRY, Received
from shared.testing.databases import TestDatabases
from tests.factories.billing import contract_body, creditor_body, customer_body, tariff_body


@pytest.fixture(scope="module")
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    yield exporter
    provider.shutdown()


async def test_a_request_and_what_it_leads_to_share_one_trace(
    spans: InMemorySpanExporter, serve, creditor_id, databases: TestDatabases, database: str
) -> None:
    billing = await serve("billing", create_app, Settings, creditor_id)
    await billing.put(f"/creditors/{creditor_id}", json=creditor_body())
    await billing.post("/customers", json=customer_body("K1"))
    await billing.post("/tariffs", json=tariff_body())
    await billing.post("/contracts", json=contract_body("1"))
    quarter = {"period_from": "2026-01-01", "period_to": "2026-03-31", "invoice_date": "2026-04-01"}
    run = await billing.post("/billing-runs", json=quarter)
    assert run["status"] == "previewing"
    routes = [span.attributes.get("http.route") for span in spans.get_finished_spans()]
    assert "/v1/billing-runs" in routes
    spans.clear()
    transport = httpx.ASGITransport(app=billing.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        assert (await client.get("/health/live")).status_code == 200
    # Probes come every few seconds, for ever: their spans would bury what people did.
    assert not spans.get_finished_spans()
    connection = await asyncpg.connect(databases.url(database))
    try:
        rows = await connection.fetch(
            "SELECT event_id, type, payload, traceparent FROM billing.outbox ORDER BY id"
        )
        planned = [row for row in rows if row["type"] == RunChunkPlanned.event_type]
        assert all(row["traceparent"] for row in rows)
        consumer = EventConsumer(
            "billing",
            HANDLERS,
            db=billing.service.db,
            context=billing.service,
            bootstrap_servers="unused:0",
        )
        for row in planned:
            await consumer.transact(
                creditor_id,
                [
                    Received(
                        id=row["event_id"],
                        creditor_id=creditor_id,
                        source="/inning/billing",
                        time=billing.service.clock.now(),
                        event=REGISTRY[row["type"]].model_validate_json(row["payload"]),
                        traceparent=row["traceparent"],
                    )
                ],
            )
    finally:
        await connection.close()
    request_traces = {row["traceparent"].split("-")[1] for row in planned}
    consumed = [span for span in spans.get_finished_spans() if "consume" in span.name]
    assert {f"{span.context.trace_id:032x}" for span in consumed} == request_traces
