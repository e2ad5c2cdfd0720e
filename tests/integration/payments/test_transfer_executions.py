"""Transfers that the bank books without our reference: a person says which line they are."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

from shared.clock import FixedClock
from shared.events.payments import LevyRemitted, RefundExecuted
from tests.factories.payments import Booked, camt053, eur, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_transfers import (
    OTHER,
    PAYER,
    ask,
    overpaid,
    refusal,
    sent,
    stranger,
)

TODAY = date(2026, 4, 1)


async def nameless(world: World, *bookings: Booked, number: int = 2, opening: int = 10_000) -> None:
    """Bookings without a reference of ours; nothing is told of them."""
    result = await world.upload(camt053(bookings, number=number, opening=opening))
    assert (result["transfers"], result["other"]) == (0, len(bookings))
    assert await world.news() == []


async def a_refund(world: World) -> Any:
    """40.00 to the payer's account, in a file."""
    asked = await ask(world, await overpaid(world))
    await sent(world, asked)
    return asked


async def candidates(world: World, transfer: Any) -> list[Any]:
    found: list[Any] = await world.get(f"/transfers/{transfer['id']}/candidates")
    return found


async def execute(world: World, transfer: Any, **body: Any) -> Any:
    body = {"reason": "no_reference", **body}
    return await world.approve(f"/transfers/{transfer['id']}/execute", body)


async def refused(world: World, transfer: Any, **body: Any) -> tuple[int, str]:
    token = world.payments.token(subject="colleague")
    body = {"reason": "no_reference", **body}
    return await refusal(world, f"/transfers/{transfer['id']}/execute", body, token=token)


async def test_a_line_to_the_same_account_is_proposed_and_tied(world: World) -> None:
    """The money leaves the books once, and the line is nothing else from then on."""
    asked = await a_refund(world)
    assert await candidates(world, asked) == []
    elsewhere = paid(-4_000, name="Notaris", iban=OTHER, text="akte")
    out = paid(-4_000, name="A. Voorbeeld", iban=PAYER, text="terugbetaling")
    await nameless(world, elsewhere, paid(-3_999, iban=PAYER), out)
    assert (await world.get("/reconciliation"))["agrees"]
    right, wrong = await candidates(world, asked)
    assert [(one["iban"], one["same_account"]) for one in (right, wrong)] == [
        (PAYER, True),
        (OTHER, False),
    ]
    (listed,) = (await world.get("/transfers?looks_executed=true"))["items"]
    assert listed["id"] == asked["id"]
    shown = await execute(world, asked, line_id=right["id"])
    assert (shown["status"], shown["executed_on"], shown["line_id"]) == (
        "executed",
        "2026-04-01",
        right["id"],
    )
    assert (shown["executed_by"], shown["executed_reason"]) == (
        "supervisor:colleague",
        "no_reference",
    )
    (told,) = await world.news()
    assert isinstance(told, RefundExecuted)
    assert (told.amount, told.executed_on) == (eur(4_000), TODAY)
    agreed = await world.get("/reconciliation")
    assert agreed["agrees"]
    account = agreed["accounts"][0]
    assert [account[name]["amount"] for name in ("transfers", "other", "refunded")] == [
        -4_000,
        -7_999,
        4_000,
    ]
    assert (await world.get("/transfers?looks_executed=true"))["items"] == []
    assert await candidates(world, asked) == []
    assert await refused(world, asked, line_id=wrong["id"]) == (409, "conflict")


async def test_a_line_is_one_transfer_to_the_cent_and_nothing_else(world: World) -> None:
    asked = await a_refund(world)
    await nameless(world, paid(-4_000, iban=PAYER), paid(-3_999, iban=PAYER))
    (line,) = await candidates(world, asked)
    for statement in (await world.get("/statements"))["items"]:
        # A payment, and a cent too few.
        for one in (await world.get(f"/statements/{statement['id']}/lines"))["items"]:
            if one["id"] != line["id"]:
                no = await refused(world, asked, line_id=one["id"])
                assert no == (409, "not_this_line")
    assert await refused(world, asked) == (422, "invalid_input")
    both = {"line_id": line["id"], "executed_on": "2026-04-01"}
    assert await refused(world, asked, **both) == (422, "invalid_input")
    assert await refused(world, asked, line_id=asked["id"]) == (404, "not_found")
    clerk = world.payments.token("payments:read payments:write", roles=("clerk",))
    path = f"/transfers/{asked['id']}/execute"
    body = {"line_id": line["id"], "reason": "no_reference"}
    assert (await refusal(world, path, body, token=clerk))[0] == 403
    assert await world.news() == []


async def test_ten_people_tie_a_line_and_two_equal_transfers_share_it_never(world: World) -> None:
    """Two levies of the same amount to the same account, and one line."""
    await overpaid(world)
    body = {
        "kind": "levy",
        "amount": {"amount": 1_000, "currency": "EUR"},
        "iban": OTHER,
        "name": "Gemeente Voorbeeld",
        "despite_duplicate": True,
    }
    levies = [await world.post("/transfers", body) for _ in range(2)]
    await sent(world, *levies)
    await nameless(world, paid(-1_000, iban=OTHER))
    (line,) = await candidates(world, levies[0])
    assert await candidates(world, levies[1]) == [line]
    tie = {"line_id": line["id"], "reason": "no_reference"}
    answers = await asyncio.gather(
        *(
            world.payments.call("POST", f"/transfers/{levies[n % 2]['id']}/execute", json=tie)
            for n in range(10)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    (told,) = await world.news()
    assert isinstance(told, LevyRemitted)
    assert (await world.get("/reconciliation"))["agrees"]


async def test_a_whole_file_booked_in_one_nameless_sum_is_tied_to_it(world: World) -> None:
    asked = await ask(world, await overpaid(world))
    levy = await world.post(
        "/transfers",
        {
            "kind": "levy",
            "amount": {"amount": 2_500, "currency": "EUR"},
            "iban": OTHER,
            "name": "Gemeente Voorbeeld",
        },
    )
    file = await sent(world, asked, levy)
    await nameless(world, Booked(-6_500))
    path = f"/transfer-files/{file['id']}"
    (line,) = await world.get(f"{path}/candidates")
    assert line["same_account"] is False
    tie = {"line_id": line["id"], "reason": "no_reference"}
    await world.approve(f"{path}/execute", tie)
    assert {type(event) for event in await world.news()} == {RefundExecuted, LevyRemitted}
    rows = (await world.get(f"/transfers?file_id={file['id']}"))["items"]
    assert {(row["status"], row["line_id"]) for row in rows} == {("executed", line["id"])}
    assert (await world.get("/reconciliation"))["agrees"]
    assert await world.get(f"{path}/candidates") == []
    again = await refusal(world, f"{path}/execute", tie)
    assert again == (409, "conflict")


async def test_a_person_says_it_was_executed_and_its_line_comes_later(
    world: World, clock: FixedClock
) -> None:
    """The bank's own confirmation came by mail; the statement with our reference books nothing
    a second time."""
    asked = await a_refund(world)
    clock.advance(timedelta(days=2))
    body = {"executed_on": "2026-04-02", "reason": "bank_confirmed"}
    path = f"/transfers/{asked['id']}/execute"
    assert await refusal(world, path, body) == (409, "four_eyes")
    for day in ("2026-03-31", "2026-04-04"):
        assert await refused(world, asked, executed_on=day) == (422, "invalid_input")
    shown = await execute(world, asked, **body)
    assert (shown["status"], shown["executed_on"], shown["line_id"]) == (
        "executed",
        "2026-04-02",
        None,
    )
    (told,) = await world.news()
    assert isinstance(told, RefundExecuted)
    assert told.executed_on == date(2026, 4, 2)
    assert (await world.get("/reconciliation"))["agrees"]
    assert await refused(world, asked, executed_on="2026-04-02") == (409, "illegal_transition")
    out = paid(-4_000, end_to_end_id=asked["end_to_end_id"])
    result = await world.upload(camt053([out], number=2, opening=10_000, day=date(2026, 4, 3)))
    assert (result["transfers"], result["other"]) == (1, 0)
    assert await world.news() == []
    shown = await world.get(f"/transfers/{asked['id']}")
    assert (shown["executed_on"], shown["executed_by"]) == ("2026-04-02", "supervisor:colleague")
    assert shown["line_id"] is not None
    agreed = await world.get("/reconciliation")
    assert agreed["agrees"]
    assert agreed["accounts"][0]["other"]["amount"] == 0
    twice = await world.upload(camt053([out], number=3, opening=6_000, day=date(2026, 4, 4)))
    assert (twice["transfers"], twice["other"]) == (0, 1)


async def test_what_was_said_to_be_executed_is_tied_to_a_nameless_line_later(world: World) -> None:
    asked = await ask(world, await stranger(world), kind="return_to_sender")
    await sent(world, asked)
    await execute(world, asked, executed_on="2026-04-01")
    await world.news()
    await nameless(world, paid(-2_500, iban=PAYER), opening=2_500)
    (line,) = await candidates(world, asked)
    shown = await execute(world, asked, line_id=line["id"], reason="found_on_statement")
    assert (shown["line_id"], shown["executed_reason"]) == (line["id"], "no_reference")
    assert await world.news() == []
    agreed = await world.get("/reconciliation")
    assert agreed["agrees"]
    assert agreed["accounts"][0]["transfers"]["amount"] == -2_500
