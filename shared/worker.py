"""The other process of a service: outbox relay, event consumer and clock jobs.

It is served by uvicorn too, for its health routes and for its signals: on SIGTERM it finishes the
batch in hand, commits it, and leaves.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from aiokafka.errors import KafkaError
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from shared import telemetry
from shared.consumer import EventConsumer, Handlers
from shared.garbage import collect_seldom
from shared.gauges import Gauges, Measure, dead_letters
from shared.http.idempotency import forget
from shared.jobs import Every, Job, JobRunner
from shared.kafka import create_topics
from shared.relay import Relay
from shared.service import Service
from shared.telemetry import log

_STOP_WITHIN_S = 25.0


class Worker:
    """`measures` are gauges of the service's own, beside those every worker has."""

    def __init__(
        self,
        service: Service,
        handlers: Handlers,
        jobs: Sequence[Job],
        measures: Mapping[str, Measure] | None = None,
    ) -> None:
        settings = service.settings
        self.service = service
        relay_url = settings.relay_database_url.get_secret_value()
        self.relay = Relay(
            service.name, relay_url, settings.kafka_bootstrap_servers, stirred=service.stirred
        )
        self.consumer = EventConsumer(
            service.name,
            handlers,
            db=service.db,
            context=service,
            bootstrap_servers=settings.kafka_bootstrap_servers,
            stirred=service.stirred,
            catch_up=service.catch_up,
        )
        self.jobs = JobRunner(service, [*jobs, Every("forget_answers", 3_600.0, forget)])
        self.gauges = Gauges(
            service.name,
            {
                "inning.outbox.age_s": self._outbox_age_s,
                "inning.inbox.lag": self._lag,
                "inning.dead_letters": self._dead_letters,
                **(measures or {}),
            },
        )

    async def run(self, stop: asyncio.Event) -> None:
        await self._create_topics(stop)
        loops = [
            asyncio.create_task(loop(stop))
            for loop in (
                self.service.follow_clock,
                self.relay.run,
                self.consumer.run,
                self.jobs.run,
                self.gauges.run,
            )
        ]
        try:
            await asyncio.gather(*loops)
        finally:
            stop.set()
            await asyncio.gather(*loops, return_exceptions=True)

    async def _create_topics(self, stop: asyncio.Event) -> None:
        settings = self.service.settings
        while not stop.is_set():
            try:
                await create_topics(
                    settings.kafka_bootstrap_servers,
                    partitions=settings.kafka_partitions,
                    replicas=settings.kafka_replicas,
                )
            except (KafkaError, OSError) as error:
                log.warning("worker.waits_for_kafka", error=type(error).__name__)
                await asyncio.sleep(0.5)
            else:
                return

    async def _outbox_age_s(self) -> float:
        _, oldest = await self.relay.state()
        return (self.service.clock.now() - oldest).total_seconds() if oldest else 0.0

    async def _lag(self) -> float:
        return float(await self.consumer.lag())

    async def _dead_letters(self) -> float:
        servers = self.service.settings.kafka_bootstrap_servers
        return float(sum((await dead_letters(servers, self.consumer.topics)).values()))

    async def state(self) -> dict[str, Any]:
        """What an operator asks at night: what waits, since when, and how far the jobs are."""
        pending, oldest = await self.relay.state()
        return {
            "service": self.service.name,
            "now": self.service.clock.now(),
            "outbox_pending": pending,
            "outbox_oldest": oldest,
            "relay_leads": self.relay.leads,
            "published": self.relay.published,
            "consumer_lag": await self.consumer.lag(),
            "consumer_busy": self.consumer.busy,
            "handled": self.consumer.handled,
            "jobs": self.jobs.count,
            "jobs_busy": self.jobs.busy,
            "jobs_done_until": {
                str(creditor): day for creditor, day in self.jobs.done_until.items()
            },
        }


def create_worker_app(worker: Worker) -> FastAPI:
    service = worker.service

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        telemetry.set_up(f"{service.name}-worker", service.settings.otlp_endpoint)
        collect_seldom()
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(stop))
        running.add_done_callback(_leave_on_failure)
        app.state.running = running
        yield
        stop.set()
        await asyncio.wait([running], timeout=_STOP_WITHIN_S)
        await service.close()
        telemetry.shut_down()

    app = FastAPI(
        title=f"Inning {service.name} worker",
        lifespan=lifespan,
        telemetry=telemetry.HTTP,
        openapi_url=None,
    )

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready")
    async def ready() -> JSONResponse:
        missing = await service.ready()
        if missing is None and not worker.consumer.reads:
            missing = "kafka: no partitions yet"
        if missing:
            return JSONResponse({"status": "not ready", "missing": missing}, status_code=503)
        return JSONResponse({"status": "ready"})

    @app.get("/health/state")
    async def state() -> dict[str, Any]:
        return await worker.state()

    return app


def run_worker(worker: Worker) -> None:
    """Serve until told to stop; a loop that fails ends the process with status 1."""
    app = create_worker_app(worker)
    uvicorn.run(
        app,
        host=worker.service.settings.worker_host,
        port=worker.service.settings.worker_port,
        log_level="warning",
        access_log=False,
    )
    running: asyncio.Task[None] | None = getattr(app.state, "running", None)
    if running is not None and running.done() and running.exception() is not None:
        raise SystemExit(1)


def _leave_on_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("worker.failed", error=type(error).__name__, exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)
