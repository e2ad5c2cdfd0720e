""" "You have not paid" is only said as of statements that are recent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shared.events.collections import MessageRequested
from shared.events.payments import BankAccountChanged, StatementBooked
from shared.ids import uuid7
from tests.integration.collections.world import World

DUE = date(2026, 8, 31)


def statement(account_id: UUID, day: int, **changes: Any) -> StatementBooked:
    """Of an account, known until the evening of a day in September."""
    until = datetime(2026, 9, day, 18, tzinfo=UTC)
    return StatementBooked.model_validate(
        {
            "statement_id": uuid7(),
            "account_id": account_id,
            "kind": "statement",
            "closes_on": until.date(),
            "known_until": until,
            "entries": 0,
            "entries_known_before": 0,
            **changes,
        }
    )


def reminders(world: World) -> list[date]:
    return [day for day, e in world.all(MessageRequested) if e.template == "friendly_reminder"]


async def test_a_missing_statement_stops_the_reminder_until_it_is_in(world: World) -> None:
    """Known until Tuesday the 1st: from Monday the 7th on that is too old to say anything."""
    account = uuid7()
    await world.tell(statement(account, 1))
    customer = await world.customer()
    await world.invoice(customer, 6000, DUE)
    await world.advance(date(2026, 9, 9))
    assert reminders(world) == []
    explained = await world.served.get(f"/customers/{customer}/explanation")
    assert explained["decision"]["reason"]["code"] == "bank_not_known"
    await world.tell(statement(account, 8), statement(account, 3))
    await world.advance(date(2026, 9, 10))
    assert len(reminders(world)) == 1


async def test_every_account_customers_pay_to_has_to_be_known(world: World) -> None:
    """One that no longer collects may be silent; whichever of the two events comes first."""
    silent, current = uuid7(), uuid7()
    await world.tell(statement(silent, 1), statement(current, 8))
    await world.invoice(await world.customer(), 6000, DUE)
    await world.advance(date(2026, 9, 9))
    assert reminders(world) == []
    await world.tell(BankAccountChanged(account_id=silent, version=2, collects=False))
    await world.tell(statement(silent, 2))
    await world.advance(date(2026, 9, 10))
    assert len(reminders(world)) == 1


async def test_a_notice_of_single_bookings_makes_nothing_known(world: World) -> None:
    account = uuid7()
    await world.tell(statement(account, 1), statement(account, 8, kind="notice", known_until=None))
    await world.invoice(await world.customer(), 6000, DUE)
    await world.advance(date(2026, 9, 9))
    assert reminders(world) == []
