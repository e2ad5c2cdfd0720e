"""`kill -9` of every kind of process in the middle of the flow changes nothing in the end."""

from __future__ import annotations

import asyncio
import signal
from datetime import date

import pytest

from tests.e2e.conftest import Stack, Told, play

pytestmark = [pytest.mark.e2e, pytest.mark.apache_kafka]

# Who dies before the day's calls come in: callers have to insist.
BEFORE = {
    date(2026, 4, 8): "payments",
    date(2026, 5, 4): "collections",
    date(2026, 5, 7): "postgres",
    date(2026, 7, 8): "billing",
}
# Who dies while payments, debits, returns, letters and charges are on their way.
AMID = {
    date(2026, 4, 10): "billing-worker",
    date(2026, 4, 14): "payments-worker",
    date(2026, 4, 22): "postgres",
    date(2026, 4, 24): "billing-worker",
    date(2026, 4, 29): "notifications-worker",
    date(2026, 5, 6): "kafka",
    date(2026, 5, 13): "collections-worker",
    date(2026, 5, 20): "payments-worker",
    date(2026, 5, 27): "kafka",
    date(2026, 6, 16): "postgres",
}


async def test_whatever_is_killed_the_figures_are_those_of_an_undisturbed_run(
    told: Told, stack: Stack
) -> None:
    killed: list[str] = []

    def kill(day: date, deaths: dict[date, str]) -> None:
        if day in deaths:
            stack.kill(deaths[day], signal.SIGKILL)
            killed.append(deaths[day])

    async with (
        asyncio.timeout(900),
        play(stack, lambda day: kill(day, BEFORE), lambda day: kill(day, AMID)) as disturbed,
    ):
        assert sorted(killed) == sorted([*BEFORE.values(), *AMID.values()])
        assert [check.name for check in disturbed.outcome.checks if not check.holds] == []
        expected, found = await told.figures(), await disturbed.figures()
        assert found["open items"] == expected["open items"]
        assert found["ledger"] == expected["ledger"]
        assert found == expected
