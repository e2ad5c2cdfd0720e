"""A mandate for one collection, or whose last one is under way: spent once the bank booked it."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from shared.events.payments import MandateChanged
from tests.factories.payments import camt053, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_debit_life import (
    COLLECT_ON,
    LATER,
    OTHER_BANK,
    bill,
    collect,
    customer,
    file_of,
    mandate,
    texts,
)
from tests.integration.payments.test_status_reports import report, upload


async def plan(world: World) -> Any:
    return await world.payments.call(
        "POST", "/debit-batches", json={"collect_on": COLLECT_ON.isoformat()}
    )


async def give_back(world: World, batch: Any, how: str) -> None:
    """Before the bank collects: we take the file back, or the bank refuses the order."""
    if how == "withdrawn":
        await world.post(f"/debit-batches/{batch['id']}/withdraw", {"code": "TECH"})
        return
    debit = await only(world, batch)
    order = (debit["end_to_end_id"], "RJCT", "FF01")
    result = await upload(world, report(batch["reference"], orders=(order,)))
    assert result["rejected"] == 1


async def only(world: World, batch: Any) -> Any:
    (debit,) = (await world.get(f"/debits?batch_id={batch['id']}"))["items"]
    return debit


async def standing(world: World, made: Any) -> tuple[str, str | None]:
    shown = await world.get(f"/mandates/{made['id']}")
    return shown["status"], shown["reason"]


async def book(world: World, debit: Any, cents: int, number: int = 1, code: str = "") -> Any:
    """The statement of the collection; with a code, that of its return."""
    line = paid(cents, end_to_end_id=debit["end_to_end_id"], return_code=code or None)
    opening = 1_000 if number == 2 else 0
    return await world.upload(camt053([line], number=number, opening=opening))


@pytest.mark.parametrize("how", ["withdrawn", "rejected"])
async def test_what_was_not_collected_is_presented_again_as_it_was(world: World, how: str) -> None:
    """The file says nothing of an amendment, even where the account is another by then: no
    collection under a one-off mandate ever told the bank of the first."""
    owner = await customer(world)
    made = await mandate(world, owner, is_one_off=True)
    await bill(world, owner)
    await give_back(world, await collect(world), how)
    assert await standing(world, made) == ("active", None)
    seen = (await world.get(f"/mandates/{made['id']}"))["version"]
    await world.payments.call(
        "PATCH",
        f"/mandates/{made['id']}",
        json={"iban": OTHER_BANK},
        headers={"If-Match": f'"{seen}"'},
    )
    again = await collect(world)
    content = await file_of(world, again)
    assert (texts(content, "SeqTp"), texts(content, "AmdmntInd")) == (["OOFF"], [])
    await book(world, await only(world, again), 1_000)
    assert await standing(world, made) == ("expired", "one_off_used")


async def test_nothing_else_is_collected_while_it_is_under_way(world: World) -> None:
    """Neither of two bills at once, nor beside a run that is planned, nor beside a released one."""
    owner = await customer(world)
    await mandate(world, owner, is_one_off=True)
    await bill(world, owner, 1)
    await bill(world, owner, 2)
    planned = (await plan(world)).json()
    assert (planned["total"]["debits"], planned["left_out"]) == (1, {"mandate_in_use": 1})
    assert (await plan(world)).json()["left_out"] == {"mandate_in_use": 1}
    await world.approve(f"/debit-batches/{planned['id']}/release")
    assert (await plan(world)).json()["left_out"] == {"mandate_in_use": 1}


async def test_another_mandate_of_the_customer_serves_meanwhile(world: World) -> None:
    owner = await customer(world)
    await mandate(world, owner, 1)
    await mandate(world, owner, 2, is_one_off=True, signed_on="2026-01-01")
    await bill(world, owner, 1)
    first = await file_of(world, await collect(world))
    await bill(world, owner, 2)
    second = await file_of(world, await collect(world, LATER))
    assert (texts(first, "MndtId"), texts(second, "MndtId")) == (["M-2"], ["M-1"])


@pytest.mark.parametrize("collection_seen", [True, False])
async def test_a_return_after_the_booking_leaves_it_spent(
    world: World, collection_seen: bool
) -> None:
    """The debtor's bank took it back for a reason that asks for another try, or the return stands
    in a statement that comes before that of the collection."""
    owner = await customer(world)
    made = await mandate(world, owner, is_one_off=True)
    await bill(world, owner)
    debit = await only(world, await collect(world))
    if collection_seen:
        await book(world, debit, 1_000)
    result = await book(world, debit, -1_000, 2, "AC04")
    assert result["debits_returned"] == 1
    assert await standing(world, made) == ("expired", "one_off_used")
    ended = [event for event in await world.news() if isinstance(event, MandateChanged)]
    assert [event.status for event in ended][-1] == "expired"
    assert len([event for event in ended if event.status == "expired"]) == 1
    assert (await plan(world)).json()["left_out"] == {"no_active_mandate": 1}


async def test_what_was_withdrawn_and_booked_all_the_same_is_not_collected_twice(
    world: World,
) -> None:
    """The next run is planned already: its release leaves the debit out."""
    owner = await customer(world)
    made = await mandate(world, owner, is_one_off=True)
    await bill(world, owner, 1)
    first = await collect(world)
    await give_back(world, first, "withdrawn")
    await bill(world, owner, 2)
    second = (await plan(world)).json()
    await book(world, await only(world, first), 1_000)
    assert await standing(world, made) == ("expired", "one_off_used")
    refused = await world.payments.call(
        "POST",
        f"/debit-batches/{second['id']}/release",
        token=world.payments.token(subject="colleague"),
    )
    assert refused.status_code == 409


async def test_a_last_collection_comes_back_with_its_mandate_too(world: World) -> None:
    """A run planned before is not released beside it, and may go once it is withdrawn."""
    owner = await customer(world)
    made = await mandate(world, owner)
    await bill(world, owner, 1)
    first = (await plan(world)).json()
    await bill(world, owner, 2)
    later = {"collect_on": date(2026, 4, 15).isoformat()}
    second = await world.post("/debit-batches", later)
    await world.post(f"/mandates/{made['id']}/finish")
    await world.approve(f"/debit-batches/{first['id']}/release")
    colleague = world.payments.token(subject="colleague")
    path = f"/debit-batches/{second['id']}/release"
    assert (await world.payments.call("POST", path, token=colleague)).status_code == 409
    await give_back(world, first, "withdrawn")
    content = await file_of(world, await world.approve(path))
    assert texts(content, "SeqTp") == ["FNAL"]
    await book(world, await only(world, second), 2_000)
    assert await standing(world, made) == ("cancelled", "last_collection_made")


async def test_of_two_runs_released_at_one_moment_one_is_the_last_collection(world: World) -> None:
    owner = await customer(world)
    made = await mandate(world, owner)
    batches = []
    for count in (1, 2):
        await bill(world, owner, count)
        batches.append((await plan(world)).json())
    await world.post(f"/mandates/{made['id']}/finish")
    colleague = world.payments.token(subject="colleague")
    paths = [f"/debit-batches/{batch['id']}/release" for batch in batches]
    answers = await asyncio.gather(
        *(world.payments.call("POST", path, token=colleague) for path in paths)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
