"""Clock jobs: once per creditor and business day, by one leader, again after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.billing.app import create_app
from services.billing.config import Settings
from shared.clock import FixedClock
from shared.consumer import EventConsumer
from shared.events.payments import ProviderPaidOut
from shared.ids import uuid7
from shared.jobs import Daily, Every, JobRunner
from shared.money import Money
from shared.service import Service
from shared.testing.events import receive
from shared.testing.eventually import until
from shared.testing.served import Served
from tests.factories.billing import creditor_body


@pytest.fixture
async def billing(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> Served:
    served = await serve("billing", create_app, Settings, creditor_id)
    await served.put(f"/creditors/{creditor_id}", json=creditor_body())
    return served


class Diary:
    """A job that notes when it ran."""

    def __init__(self) -> None:
        self.days: list[date] = []

    async def run(self, _service: Any, _creditor_id: UUID, today: date) -> None:
        self.days.append(today)


@asynccontextmanager
async def running(*runners: JobRunner) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(runner.run(stop)) for runner in runners]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def test_a_daily_job_runs_once_a_day_at_its_hour(billing: Served, clock: FixedClock) -> None:
    diary = Diary()
    # 10:00 in Amsterdam at the start.
    runner = JobRunner(billing.service, [Daily("morning", time(7, 30), diary.run)])
    late = JobRunner(billing.service, [Daily("evening", time(18, 0), diary.run)])
    stop = asyncio.Event()
    for _ in range(3):
        await runner.tick(stop)
        await late.tick(stop)
    assert diary.days == [date(2026, 4, 1)]
    clock.advance(timedelta(hours=8))
    await late.tick(stop)
    assert diary.days == [date(2026, 4, 1)] * 2
    clock.advance(timedelta(days=1))
    await runner.tick(stop)
    assert diary.days[-1] == date(2026, 4, 2)


async def test_two_workers_run_a_job_once(billing: Served, creditor_id: UUID) -> None:
    diary = Diary()
    jobs = [Daily("morning", time(7, 30), diary.run)]
    first, second = JobRunner(billing.service, jobs), JobRunner(billing.service, jobs)
    async with running(first, second):
        await until(lambda: creditor_id in {**first.done_until, **second.done_until})
    assert diary.days == [date(2026, 4, 1)]
    assert bool(first.done_until) != bool(second.done_until)


async def test_a_job_that_was_cut_off_runs_again(billing: Served) -> None:
    attempts: list[date] = []

    async def cut_off(_service: Any, _creditor_id: UUID, today: date) -> None:
        attempts.append(today)
        if len(attempts) == 1:
            raise ConnectionResetError

    job = Daily("morning", time(7, 30), cut_off)
    with pytest.raises(ConnectionResetError):
        await JobRunner(billing.service, [job]).tick(asyncio.Event())
    await JobRunner(billing.service, [job]).tick(asyncio.Event())
    await JobRunner(billing.service, [job]).tick(asyncio.Event())
    assert len(attempts) == 2


async def test_a_job_with_a_bug_does_not_stop_the_others(billing: Served) -> None:
    diary = Diary()

    async def buggy(_service: Any, _creditor_id: UUID, _today: date) -> None:
        raise ZeroDivisionError

    jobs = [Daily("buggy", time(7), buggy), Every("often", 0.0, diary.run)]
    await JobRunner(billing.service, jobs).tick(asyncio.Event())
    assert diary.days == [date(2026, 4, 1)]


async def test_a_settable_clock_moves_a_whole_service(
    serve: Callable[..., Awaitable[Served]], creditor_id: UUID
) -> None:
    served = await serve("billing", create_app, Settings, creditor_id, own_clock=True)
    answer = await served.put("/test-clock", json={"business_date": "2027-01-04"})
    assert answer["now"].startswith("2027-01-04T08:00")
    assert (await served.get("/test-clock"))["now"].startswith("2027-01-04T08:0")


async def test_a_job_that_follows_events_does_not_wait_for_its_turn(billing: Served) -> None:
    """An hour apart, unless something was taken in: then at once."""
    diary = Diary()
    often = Every("often", 3_600.0, diary.run, soon=True)
    rarely = Diary()
    runner = JobRunner(billing.service, [often, Every("rarely", 3_600.0, rarely.run)])
    async with running(runner):
        await until(lambda: bool(diary.days))
        billing.service.stirred.set()
        await until(lambda: len(diary.days) == 2)
    assert len(rarely.days) == 1


async def test_another_process_of_the_service_hears_that_the_clock_was_moved(
    serve: Callable[..., Awaitable[Served]], creditor_id: UUID
) -> None:
    served = await serve("billing", create_app, Settings, creditor_id, own_clock=True)
    other = Service("billing", served.service.settings)
    stop = asyncio.Event()
    following = asyncio.create_task(other.follow_clock(stop))
    try:
        await served.put("/test-clock", json={"business_date": "2027-01-04"})
        await until(lambda: other.clock.now().date() == date(2027, 1, 4))
        await served.put("/test-clock", json={"business_date": "2027-01-05"})
        await until(lambda: other.clock.now().date() == date(2027, 1, 5))
    finally:
        stop.set()
        await following
        await other.close()
    assert other.stirred.is_set()


async def test_a_process_that_lags_reaches_the_day_of_an_event_before_it_is_handled(
    serve: Callable[..., Awaitable[Served]], creditor_id: UUID
) -> None:
    """What one service did on the new day is not followed up by another on the day before."""
    served = await serve("billing", create_app, Settings, creditor_id, own_clock=True)
    lagging = Service("billing", served.service.settings)
    days: list[date] = []
    event = ProviderPaidOut(payout_id=uuid7(), amount=Money(1, "EUR"), booked_on=date(2027, 1, 4))

    async def handle(_session: Any, _batch: Any, service: Service) -> None:
        days.append(service.clock.now().date())

    consumer = EventConsumer(
        "billing",
        {ProviderPaidOut: handle},
        db=lagging.db,
        context=lagging,
        bootstrap_servers="unused:0",
        catch_up=lagging.catch_up,
    )
    await served.put("/test-clock", json={"business_date": "2027-01-04"})
    try:
        await consumer.transact(creditor_id, receive(served.service, creditor_id, event))
    finally:
        await lagging.close()
    assert days == [date(2027, 1, 4)]
