"""Clock jobs: one leader per service runs each when it is due, per creditor and business day.

A job that was cut off runs again; jobs therefore look at what is to be done, never at what was
missed. Days that passed while nothing ran are not made up: the job of today sees their facts.
"""

from __future__ import annotations

import asyncio
import time as machine
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import business_date
from shared.db import Scope, is_transient
from shared.errors import TransientError
from shared.service import Service
from shared.telemetry import log, meter, tracer
from shared.waiting import pause, wait_any

_TICK_S = 1.0
# Events come in batches close together: jobs that follow them run this far apart at least.
_SOON_S = 0.1
_TRY_LEAD = text("SELECT pg_try_advisory_lock(1222, hashtext(current_schema()))")
_DONE = text(
    "SELECT finished_at IS NOT NULL FROM job_runs WHERE job = :job AND business_date = :day"
)
_START = text(
    "INSERT INTO job_runs (creditor_id, job, business_date, started_at)"
    " VALUES (:creditor, :job, :day, :now) ON CONFLICT (creditor_id, job, business_date)"
    " DO UPDATE SET attempts = job_runs.attempts + 1, started_at = :now, error = NULL"
)
_FINISH = text(
    "UPDATE job_runs SET finished_at = :now, error = :error"
    " WHERE job = :job AND business_date = :day"
)

_duration = meter.create_histogram("inning.job.duration", unit="s")

Run = Callable[[Any, UUID, date], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Daily:
    """Once per creditor and business day, at or after `at` in the creditor's time zone."""

    name: str
    at: time
    run: Run


@dataclass(frozen=True, slots=True)
class Every:
    """Per creditor, again and again, `seconds` of the machine's time apart.

    With `soon` it also runs right after events were taken in or the clock was moved.
    """

    name: str
    seconds: float
    run: Run
    soon: bool = False


Job = Daily | Every


class JobRunner:
    """Runs a service's job table while it is the leader."""

    def __init__(self, service: Service, jobs: Sequence[Job]) -> None:
        self._service = service
        self._jobs = jobs
        self._done: set[tuple[UUID, str, date]] = set()
        self._next_run: dict[tuple[UUID, str], float] = {}
        self.busy = False
        # The latest business day all daily jobs are done for, per creditor; None before that.
        self.done_until: dict[UUID, date] = {}

    @property
    def count(self) -> int:
        return len(self._jobs)

    async def run(self, stop: asyncio.Event) -> None:
        while self._jobs and not stop.is_set():
            try:
                async with self._service.db.engine.connect() as connection:
                    await self._lead(connection, stop)
            except (DBAPIError, OSError, TimeoutError, TransientError) as error:
                log.warning("jobs.interrupted", error=type(error).__name__)
                await pause(stop, 1.0)
        await stop.wait()

    async def _lead(self, connection: AsyncConnection, stop: asyncio.Event) -> None:
        leads = False
        while not stop.is_set():
            if not leads:
                leads = bool(await connection.scalar(_TRY_LEAD))
                await connection.commit()
            if leads:
                await connection.scalar(text("SELECT 1"))
                await connection.commit()
                await self.tick(stop)
            await self._rest(stop)

    async def _rest(self, stop: asyncio.Event) -> None:
        """Until the next tick, or until something happened that leaves work to do."""
        await pause(stop, _SOON_S)
        stirred = self._service.stirred
        await wait_any((stop, stirred), _TICK_S - _SOON_S)
        if stirred.is_set():
            stirred.clear()
            soon = {job.name for job in self._jobs if isinstance(job, Every) and job.soon}
            self._next_run = {key: at for key, at in self._next_run.items() if key[1] not in soon}

    async def tick(self, stop: asyncio.Event) -> None:
        """Run what is due now."""
        for creditor_id, zone in await self._service.db.creditor_zones():
            today = business_date(self._service.clock.now(), zone)
            for job in self._jobs:
                if stop.is_set():
                    return
                if isinstance(job, Daily):
                    await self._run_daily(job, creditor_id, zone, today)
                else:
                    await self._run_every(job, creditor_id, today)
            self.done_until[creditor_id] = today

    async def _run_daily(self, job: Daily, creditor_id: UUID, zone: ZoneInfo, today: date) -> None:
        key = (creditor_id, job.name, today)
        if key in self._done or self._service.clock.now().astimezone(zone).time() < job.at:
            return
        scope = Scope(creditor_id, f"system:{self._service.name}", reason=f"job:{job.name}")
        named = {"creditor": creditor_id, "job": job.name, "day": today}
        async with self._service.db.write(scope) as session:
            if (await session.execute(_DONE, named)).scalar():
                self._done.add(key)
                return
            await session.execute(_START, {**named, "now": self._service.clock.now()})
        error = await self._attempt(job, creditor_id, today)
        async with self._service.db.write(scope) as session:
            finish = {**named, "now": self._service.clock.now(), "error": error}
            await session.execute(_FINISH, finish)
        self._done.add(key)

    async def _run_every(self, job: Every, creditor_id: UUID, today: date) -> None:
        key = (creditor_id, job.name)
        if machine.monotonic() < self._next_run.get(key, 0.0):
            return
        await self._attempt(job, creditor_id, today)
        self._next_run[key] = machine.monotonic() + job.seconds

    async def _attempt(self, job: Job, creditor_id: UUID, today: date) -> str | None:
        """Run a job; a bug in it is told and does not stop the other jobs."""
        began = machine.monotonic()
        self.busy = True
        try:
            with tracer.start_as_current_span(f"{self._service.name} job {job.name}"):
                await job.run(self._service, creditor_id, today)
        except Exception as error:
            if is_transient(error) or isinstance(error, TransientError):
                raise
            log.error("job.failed", job=job.name, error=type(error).__name__, exc_info=error)
            return type(error).__name__
        finally:
            self.busy = False
            took_s = machine.monotonic() - began
            _duration.record(took_s, {"service": self._service.name, "job": job.name})
        return None
