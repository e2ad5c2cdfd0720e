"""Set the business date of a whole non-production stack, so that a story of months takes seconds.

Every process of the service is told and follows at once. In production these routes do not
exist.
"""

from __future__ import annotations

from datetime import date, datetime, time
from math import ceil
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import text

from shared.auth import requires
from shared.clock import shift_to
from shared.service import Service, clock_channel

router = APIRouter(prefix="/test-clock", tags=["test clock"])

_SET = text(
    "INSERT INTO test_clock (id, shift_s) VALUES (1, :shift_s)"
    " ON CONFLICT (id) DO UPDATE SET shift_s = :shift_s"
)

_NOTIFY = text("SELECT pg_notify(:channel, '')")


class TestClock(BaseModel):
    business_date: date
    at: time = time(9, 0)
    time_zone: Annotated[str, Field(examples=["Europe/Amsterdam"])] = "Europe/Amsterdam"


class TestClockNow(BaseModel):
    now: datetime


@router.put("", dependencies=[requires("clock:write")])
async def set_test_clock(request: Request, wish: TestClock) -> TestClockNow:
    service: Service = request.app.state.service
    shift = shift_to(wish.business_date, ZoneInfo(wish.time_zone), wish.at)
    async with service.db.engine.begin() as connection:
        await connection.execute(_SET, {"shift_s": ceil(shift.total_seconds())})
        await connection.execute(_NOTIFY, {"channel": clock_channel(service.name)})
    await service.read_clock()
    return TestClockNow(now=service.clock.now())


@router.get("", dependencies=[requires("clock:read")])
async def get_test_clock(request: Request) -> TestClockNow:
    service: Service = request.app.state.service
    await service.read_clock()
    return TestClockNow(now=service.clock.now())
