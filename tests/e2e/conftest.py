"""The whole stack on ports of its own, and stories played on it through public interfaces.

With INNING_STACK=compose it is the one in containers that deploy/compose/test has started.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from deploy.compose.containers import ContainerStack
from deploy.demo import report, setting
from deploy.demo.__main__ import calls_to, payer_at
from deploy.demo.calls import Calls
from deploy.demo.people import people
from deploy.demo.story import Story
from deploy.local.settings import CHECKOUT, LocalSettings
from deploy.local.stack import LocalStack
from tests.workers import Machine

CUSTOMERS, DAYS, SEED = 60, 75, 7

Stack = LocalStack | ContainerStack


@pytest.fixture(scope="session")
def stack(machine: Machine) -> Iterator[Stack]:
    machine.wait_until_alone()
    if os.environ.get("INNING_STACK") == "compose":
        yield ContainerStack()
        return
    settings = LocalSettings()
    settings = settings.model_copy(
        update={
            "port_offset": settings.test_port_offset + 500,
            "data_dir": CHECKOUT / ".local" / "e2e",
            "postgres_fsync": False,
        }
    )
    running = LocalStack(settings)
    running.up(leave_running=False)
    yield running
    running.down()


@dataclass(slots=True)
class Told:
    """A story that was played: what came of it, and a caller that may still ask."""

    story: Story
    calls: Calls
    outcome: report.Outcome

    async def figures(self) -> dict[str, Any]:
        """Everything that must not depend on what was killed meanwhile."""
        numbers = {value: key for key, value in self.story.customer_ids.items()}
        invoices = await self.calls.all("billing", "/invoices")
        return {
            "open items": {
                (numbers[row["customer_id"]], row["kind"]): row["open_item"]
                and {
                    key: value
                    for key, value in row["open_item"].items()
                    if key not in {"invoice_id", "version"}
                }
                for row in invoices
            },
            "invoice numbers": sorted(row["number"] for row in invoices),
            "ledger": self.outcome.accounts,
            "steps": self.outcome.collections["steps"],
            "charges": self.outcome.collections["charges"],
            "arrangements": self.outcome.collections["arrangements"],
            "messages": self.outcome.notifications["messages"],
        }


@asynccontextmanager
async def play(
    stack: Stack,
    before_day: Callable[[date], None] = lambda _: None,
    amid_day: Callable[[date], None] = lambda _: None,
) -> AsyncIterator[Told]:
    """Play the story for a new creditor."""
    key = stack.environment()["PAYMENTS_PROVIDER_API_KEY"]
    payer = payer_at(stack.settings, key)
    async with calls_to(stack.settings) as calls:
        story = Story(
            calls,
            payer,
            people(CUSTOMERS, SEED),
            setting.business_days(setting.FIRST_DAY, DAYS),
            tell=lambda _day, _sentence: None,
            before_day=before_day,
            amid_day=amid_day,
        )
        try:
            await story.play()
            servers = stack.environment()["KAFKA_BOOTSTRAP_SERVERS"]
            yield Told(story, calls, await report.gather(calls, story.bank, servers))
        finally:
            await payer.close()


@pytest.fixture(scope="session")
async def told(stack: Stack) -> AsyncIterator[Told]:
    """The undisturbed story, played once for all tests that only look at it."""
    async with asyncio.timeout(400), play(stack) as played:
        yield played
