from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from shared.clock import FixedClock
from shared.events.payments import MandateChanged
from shared.ids import uuid7
from tests.factories.payments import customer_changed
from tests.integration.payments.conftest import World
from tests.integration.payments.test_matching import run_job

IBAN = "NL86INGB0002445588"


def mandate(**changes: Any) -> dict[str, Any]:
    return {
        "customer_number": "K1",
        "iban": IBAN,
        "account_holder": "A. Voorbeeld",
        "signed_on": "2026-01-05",
        **changes,
    }


async def test_a_mandate_is_registered_for_a_customer_number_and_told(world: World) -> None:
    anna = uuid7()
    await world.hear(customer_changed(anna))
    made = await world.post("/mandates", mandate())
    assert (made["customer_id"], made["iban"], made["status"]) == (str(anna), IBAN, "active")
    assert made["reference"]
    (told,) = await world.news()
    assert isinstance(told, MandateChanged)
    assert (told.reference, told.status) == (made["reference"], "active")


async def test_an_import_names_each_bad_row_and_stores_none(world: World) -> None:
    await world.hear(customer_changed(uuid7()))
    rows = [
        mandate(reference="A-1"),
        mandate(reference="A-1"),
        mandate(iban="NL86INGB0002445589"),
        mandate(customer_number="K9"),
        mandate(signed_on="2026-05-01"),
        mandate(reference="A/2"),
    ]
    refused = await world.payments.call(
        "POST",
        "/mandates/import",
        content="\n".join(json.dumps(row) for row in rows),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert refused.status_code == 422
    assert {(e["line"], e["field"]) for e in refused.json()["errors"]} == {(6, "reference")}
    refused = await world.payments.call(
        "POST",
        "/mandates/import",
        content="\n".join(json.dumps(row) for row in rows[:-1]),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert {(e["line"], e["field"]) for e in refused.json()["errors"]} == {
        (2, "reference"),
        (3, "iban"),
        (4, "customer_number"),
        (5, "signed_on"),
    }
    assert IBAN[4:] not in refused.text
    assert (await world.get("/mandates"))["items"] == []


async def test_many_mandates_come_in_as_csv(world: World) -> None:
    await world.hear(*(customer_changed(uuid7(), f"K{number}") for number in range(50)))
    heading = "customer_number,reference,iban,account_holder,signed_on\n"
    rows = [f"K{number},R{number},{IBAN},A. Voorbeeld,2026-01-05" for number in range(50)]
    made = await world.payments.post(
        "/mandates/import",
        content=heading + "\n".join(rows),
        headers={"Content-Type": "text/csv"},
    )
    assert made["imported"] == 50
    assert len(await world.news()) == 50


async def test_a_reference_is_used_once(world: World) -> None:
    await world.hear(customer_changed(uuid7()))
    await world.post("/mandates", mandate(reference="A-1"))
    again = await world.payments.call("POST", "/mandates", json=mandate(reference="A-1"))
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


async def test_a_mandate_goes_only_the_way_of_its_table(world: World) -> None:
    await world.hear(customer_changed(uuid7()))
    path = f"/mandates/{(await world.post('/mandates', mandate()))['id']}"
    assert (await world.post(f"{path}/suspend", {"reason": "moved"}))["status"] == "suspended"
    assert (await world.post(f"{path}/resume"))["status"] == "active"
    assert (await world.post(f"{path}/cancel", {"reason": "asked"}))["status"] == "cancelled"
    refused = await world.payments.call("POST", f"{path}/resume")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    statuses = [event.status for event in await world.news() if isinstance(event, MandateChanged)]
    assert statuses == ["active", "suspended", "active", "cancelled"]


async def test_a_mandate_unused_for_three_years_lapses(world: World, clock: FixedClock) -> None:
    await world.hear(customer_changed(uuid7()))
    await world.post("/mandates", mandate(signed_on="2026-01-05"))
    await world.news()
    clock.advance(timedelta(days=3 * 365 - 100))
    await run_job(world, "expire_mandates")
    assert await world.news() == []
    clock.advance(timedelta(days=100))
    await run_job(world, "expire_mandates")
    (told,) = await world.news()
    assert isinstance(told, MandateChanged)
    assert (told.status, told.reason) == ("expired", "unused_36_months")


async def test_the_account_is_unreadable_in_the_database(world: World) -> None:
    await world.hear(customer_changed(uuid7()))
    await world.post("/mandates", mandate())
    async with world.payments.service.db.engine.connect() as connection:
        await connection.exec_driver_sql(
            f"SELECT set_config('inning.creditor_id', '{world.payments.creditor_id}', true)"
        )
        rows = (await connection.exec_driver_sql("SELECT * FROM mandates")).all()
    assert len(rows) == 1
    assert not any(IBAN[4:].encode() in bytes(str(value), "utf-8") for value in rows[0])
