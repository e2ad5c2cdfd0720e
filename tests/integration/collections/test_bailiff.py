"""Whom cases are handed over to: the creditor names them, and debtors are told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.events.collections import Bailiff, CaseHandedOver
from tests.integration.collections.world import World

NAMED: dict[str, Any] = {
    "name": "Gerechtsdeurwaarders Voorbeeld",
    "reference": "WAT-001",
    "phone": "+31 20 123 4567",
    "url": "https://betalen.deurwaarder.example",
}


async def put(world: World, version: int, body: dict[str, Any]) -> int:
    headers = {"If-Match": f'"{version}"'}
    answer = await world.served.call("PUT", "/bailiff", headers=headers, json=body)
    return answer.status_code


async def test_a_hand_over_names_the_bailiff_of_the_creditor(world: World) -> None:
    assert await world.served.get("/bailiff") == {"version": 0, "bailiff": None}
    assert await put(world, 0, NAMED) == 200
    customer = await world.customer()
    await world.invoice(customer, 14260, date(2026, 8, 31))
    await world.advance(date(2026, 11, 20), days=7)
    (item,) = (await world.served.get("/worklist?kind=bailiff_handover"))["items"]
    await world.served.post(f"/worklist/{item['id']}/approve", json={"approved": True})
    await world.settle()
    ((_, handed),) = world.all(CaseHandedOver)
    assert handed.bailiff == Bailiff(**NAMED)


async def test_nobody_overwrites_a_bailiff_they_did_not_see(world: World) -> None:
    assert await put(world, 0, NAMED) == 200
    assert await put(world, 0, NAMED) == 412
    assert await put(world, 1, {"name": "Ander"}) == 200
    shown = await world.served.get("/bailiff")
    assert (shown["version"], shown["bailiff"]["name"]) == (2, "Ander")
    assert shown["bailiff"]["url"] is None


@pytest.mark.parametrize(
    "wrong", [{"url": "javascript:alert(1)"}, {"url": "http://x.example"}, {"phone": "bel ons"}]
)
async def test_debtors_are_sent_to_no_address_that_is_none(
    world: World, wrong: dict[str, str]
) -> None:
    assert await put(world, 0, NAMED | wrong) == 422
