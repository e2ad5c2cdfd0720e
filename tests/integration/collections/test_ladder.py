"""An invoice nobody pays walks the ladder on exact dates; whatever happens on the way stops it."""

from __future__ import annotations

from datetime import date

from tests.integration.collections.world import World


async def test_an_ignored_invoice_walks_the_ladder_on_exact_dates(world: World) -> None:
    customer = await world.customer()
    await world.invoice(customer, 14260, date(2026, 8, 31))
    await world.wake_up(date(2026, 9, 1))
    await world.advance(date(2026, 11, 20))
    for line in world.story:
        print(line)
    assert world.messages() == []
