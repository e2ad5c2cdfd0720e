"""Webhooks a second, each kept before it is answered, by one uvicorn worker over real HTTP.

The floor of the same run: the route one would write first, FastAPI with one INSERT and one commit
per request, which verifies nothing, knows no duplicate and seals no body. Same client, same
database, same number of connections.

The slowest answer of a hundred (p99) is told twice: with every connection always busy, where it
only says how long the queue is, and at a steady rate that the floor bears too, counted from the
moment each request was due. The client shares the machine's cores with the worker.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import multiprocessing
import socket
import statistics
import time
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy import text

from deploy.local.infra import ensure_infra, settings_for_measuring
from services.payments.app import create_app
from services.payments.config import Settings
from services.payments.models import Creditor
from shared.clock import SystemClock
from shared.db import Scope, engine_for
from shared.ids import uuid7
from shared.service import Service
from shared.testing.databases import TestDatabases
from shared.testing.settings import MASTER_KEY
from tests.load.figures import Figure

SECRET = "whsec_of_the_benchmark"
CONNECTIONS = 64
REQUESTS = 6_000
# Of what the floor bears when every connection is busy.
STEADY_SHARE = 0.6
STEADY_S = 10.0
_NAIVE_TABLE = "CREATE TABLE IF NOT EXISTS naive (id uuid PRIMARY KEY, body bytea NOT NULL)"
_NAIVE_INSERT = text("INSERT INTO naive (id, body) VALUES (:id, :body)")


def _service(databases: TestDatabases, database: str) -> Service:
    return Service(
        "payments",
        Settings.model_validate(
            {
                "environment": "test",
                "database_url": databases.url(database, "inning_payments"),
                "relay_database_url": databases.url(database, "inning_payments_relay"),
                "kafka_bootstrap_servers": "127.0.0.1:1",
                "master_key": MASTER_KEY,
                "stripe_webhook_secrets": SECRET,
            }
        ),
    )


def naive_app(url: str) -> FastAPI:
    """What stands beside ours: one row, one commit, one answer."""
    app, engine = FastAPI(), engine_for(url, pool_size=10)

    @app.post("/hook")
    async def hook(request: Request) -> Response:
        body = await request.body()
        async with engine.begin() as connection:
            await connection.execute(_NAIVE_INSERT, {"id": uuid7(), "body": body})
        return PlainTextResponse("")

    return app


def serve(which: str, admin_url: str, database: str, port: int) -> None:
    """One worker in a process of its own."""
    databases = TestDatabases(admin_url)
    if which == "naive":
        app = naive_app(databases.url(database))
    else:
        app = create_app(_service(databases, database))
    uvicorn.run(app, port=port, log_level="warning", access_log=False)


def requests(path: str, count: int) -> list[bytes]:
    """Signed webhooks of `count` different events, as they go over the wire."""
    made, seconds = [], int(SystemClock().now().timestamp())
    for number in range(count):
        told = {"object": "payment_intent", "id": f"pi_{number}", "amount_received": 1_250}
        metadata = {"provider_payment_id": str(uuid7())}
        event = {
            "id": f"evt_{uuid7().hex}",
            "object": "event",
            "type": "payment_intent.succeeded",
            "created": seconds,
            "data": {"object": told | {"currency": "eur", "metadata": metadata}},
        }
        body = json.dumps(event).encode()
        signed = hmac.digest(SECRET.encode(), f"{seconds}.".encode() + body, "sha256").hex()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Stripe-Signature: t={seconds},v1={signed}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


Due = tuple[float, bytes]


async def send(port: int, wire: list[Due], answered_ms: list[float]) -> None:
    """One connection that sends one request after another, as a provider's does.

    None is sent before it is due; one that was due before counts the time it waited for its turn.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while wire:
        due, request = wire.pop()
        await asyncio.sleep(due - time.perf_counter())
        began = due or time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.split(b"\r\n")[0].decode())
        answered_ms.append((time.perf_counter() - began) * 1_000)
    writer.close()
    await writer.wait_closed()


async def load(
    port: int, path: str, count: int, *, per_second: float | None = None
) -> tuple[float, float]:
    """Requests a second, and the p99 of their answers in milliseconds.

    As many as are answered, or `per_second` at even distances.
    """
    made, answered_ms = requests(path, count), list[float]()
    began = time.perf_counter()
    step_s = 1 / per_second if per_second else None
    # The last is taken first.
    wire = [(began + n * step_s if step_s else 0.0, made[n]) for n in reversed(range(count))]
    await asyncio.gather(*(send(port, wire, answered_ms) for _ in range(CONNECTIONS)))
    elapsed_s = time.perf_counter() - began
    return count / elapsed_s, sorted(answered_ms)[int(len(answered_ms) * 0.99)]


async def prepared(databases: TestDatabases, database: str, creditor_id: UUID) -> None:
    service = _service(databases, database)
    creditor: dict[str, Any] = {
        "id": creditor_id,
        "version": 1,
        "name": "Water",
        "jurisdiction": "NL",
        "currency": "EUR",
        "time_zone": "Europe/Amsterdam",
        "language": "nl",
        "iban": "NL91ABNA0417164300",
        "email": "water@example.org",
        "phone": "+31201234567",
        "website": "https://water.example",
        "address": {},
    }
    async with service.db.write(Scope(creditor_id, "system:bench")) as session:
        session.add(Creditor(**creditor))
    await service.close()
    engine = engine_for(databases.url(database), pool_size=1)
    async with engine.begin() as connection:
        await connection.execute(text(_NAIVE_TABLE))
    await engine.dispose()


async def one_round(
    databases: TestDatabases, which: str, count: int, *, per_second: float | None = None
) -> tuple[float, float]:
    """A database and a worker of its own; the first requests warm both up, uncounted."""
    database, creditor_id = await databases.create(), uuid7()
    path = "/hook" if which == "naive" else f"/v1/webhooks/stripe/{creditor_id}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    await prepared(databases, database, creditor_id)
    worker = multiprocessing.get_context("spawn").Process(
        target=serve, args=(which, databases.admin_url, database, port)
    )
    worker.start()
    try:
        await _listening(port)
        await load(port, path, REQUESTS // 10)
        return await load(port, path, count, per_second=per_second)
    finally:
        worker.terminate()
        await asyncio.to_thread(worker.join, 30)
        await databases.drop(database)


async def _listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


async def measure_against(databases: TestDatabases, *, count: int, rounds: int) -> list[Figure]:
    await databases.prepare()
    ours, naive = await _in_turn(databases, count, rounds)
    kept = Figure("webhooks kept", "1/s", [r[0] for r in ours], [r[0] for r in naive])
    busy = Figure("webhook p99, all busy", "ms", [r[1] for r in ours], [r[1] for r in naive])
    rate = round(STEADY_SHARE * statistics.median(kept.floor))
    ours, naive = await _in_turn(databases, int(rate * STEADY_S), rounds, per_second=rate)
    steady = [r[1] for r in ours], [r[1] for r in naive]
    return [kept, busy, Figure(f"webhook p99 at {rate}/s", "ms", *steady)]


async def _in_turn(
    databases: TestDatabases, count: int, rounds: int, *, per_second: float | None = None
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Rounds of ours and of the floor, so that what else the machine does meets both."""
    ours, naive = [], []
    for _ in range(rounds):
        naive.append(await one_round(databases, "naive", count, per_second=per_second))
        ours.append(await one_round(databases, "ours", count, per_second=per_second))
    return ours, naive


def measure(*, count: int = REQUESTS, rounds: int = 3) -> list[Figure]:
    infra = ensure_infra(settings_for_measuring())
    try:
        databases = TestDatabases(infra.admin_database_url)
        return asyncio.run(measure_against(databases, count=count, rounds=rounds))
    finally:
        infra.stop()
