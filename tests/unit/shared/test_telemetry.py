"""What a trace tells of a request: the route and ids, never what opens a door or says who it is."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import telemetry

TOKEN = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJw-_"
IBAN = "NL86INGB0002445588"
ID = "019ab000-0000-7000-8000-000000000001"


async def told_of(path: str) -> dict[str, object]:
    """The attributes of the one span a request to `path` leaves."""
    exporter = InMemorySpanExporter()
    provider = telemetry.tracing(Resource.create({}), SimpleSpanProcessor(exporter))
    app = FastAPI(telemetry={**telemetry.HTTP, "tracer_provider": provider})

    @app.get("/pay/{token}/return")
    @app.get("/v1/queue")
    @app.get("/v1/payments/{payment_id}")
    async def answer() -> None:
        pass

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        assert (await client.get(path)).status_code == 200
    (span,) = exporter.get_finished_spans()
    provider.shutdown()
    return dict(span.attributes or {})


@pytest.mark.parametrize(
    ("path", "secret", "route"),
    [
        (f"/pay/{TOKEN}/return", TOKEN, "/pay/{token}/return"),
        (f"/v1/queue?show=all&iban={IBAN}", IBAN, "/v1/queue"),
        ("/v1/payments/J.%20de%20Vries", "Vries", "/v1/payments/{payment_id}"),
    ],
)
async def test_what_a_caller_wrote_in_an_address_is_not_exported(
    path: str, secret: str, route: str
) -> None:
    """Who holds a payer's link can pay by it, and who holds a mandate's can sign it."""
    told = await told_of(path)
    assert told["http.route"] == route
    assert not [name for name, value in told.items() if secret in str(value)]


async def test_ids_and_the_names_of_filters_are_told() -> None:
    assert (await told_of(f"/v1/payments/{ID}"))["url.path"] == f"/v1/payments/{ID}"
    assert (await told_of("/v1/queue?show=all&iban=x"))["url.query"] == "show&iban"
