"""Mandates as they are lived with: signed, amended, used up; and runs that two people let go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from lxml import etree

from services.payments.app import create_app
from services.payments.config import Settings
from shared.clock import FixedClock
from shared.events.billing import InvoiceIssued
from shared.events.payments import (
    DebitAnnounced,
    DebitCancelled,
    DebitReturned,
    DebitSubmitted,
    MandateChanged,
)
from shared.ids import uuid7
from shared.testing.served import Served
from tests.factories.payments import (
    Booked,
    camt053,
    creditor_changed,
    customer_changed,
    eur,
)
from tests.integration.payments.conftest import World

OLD_IBAN, SAME_BANK, OTHER_BANK = (
    "NL86INGB0002445588",
    "NL69INGB0123456789",
    "NL02ABNA0123456789",
)
COLLECT_ON = date(2026, 4, 8)
LATER = date(2026, 4, 15)


async def customer(world: World, count: int = 1) -> UUID:
    customer_id = uuid7()
    await world.hear(customer_changed(customer_id, f"K{count}"))
    return customer_id


async def mandate(world: World, customer_id: UUID, count: int = 1, **given: Any) -> Any:
    body = {
        "customer_id": str(customer_id),
        "reference": f"M-{count}",
        "iban": OLD_IBAN,
        "account_holder": "A. Voorbeeld",
        "signed_on": "2025-06-01",
        **given,
    }
    return await world.post("/mandates", body)


async def bill(world: World, customer_id: UUID, count: int = 1) -> InvoiceIssued:
    return await world.issue(count, 1_000 * count, customer_id, collection="direct_debit")


async def collect(world: World, on: date = COLLECT_ON, **given: Any) -> Any:
    batch = await world.post("/debit-batches", {"collect_on": on.isoformat(), **given})
    return await world.approve(f"/debit-batches/{batch['id']}/release")


async def file_of(world: World, batch: Any, version: str = "pain.008.001.08") -> bytes:
    path = f"/debit-batches/{batch['id']}/file?version={version}"
    content: bytes = (await world.payments.call("GET", path)).content
    return content


async def visit(world: World, method: str, path: str) -> httpx.Response:
    """As a customer with a link, without a token."""
    transport = httpx.ASGITransport(app=world.payments.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.request(method, path)


def texts(content: bytes, *path: str) -> list[str | None]:
    found = etree.fromstring(content).iterfind(".//" + "/".join(f"{{*}}{step}" for step in path))
    return [element.text for element in found]


def assert_official(content: bytes, version: str, shared_data: Path) -> None:
    schema = etree.XMLSchema(etree.parse(shared_data / "schemas" / "iso20022" / f"{version}.xsd"))
    schema.assertValid(etree.fromstring(content))


async def test_who_planned_a_run_does_not_release_it(world: World) -> None:
    """Nor does the same person in another role, nor a machine; the audit knows both."""
    owner = await customer(world)
    await mandate(world, owner)
    await bill(world, owner)
    batch = await world.post("/debit-batches", {"collect_on": COLLECT_ON.isoformat()})
    path = f"/debit-batches/{batch['id']}/release"
    for token in (
        world.payments.token(),
        world.payments.token(roles=("clerk",)),
        world.payments.token(roles=(), subject="robot"),
    ):
        refused = await world.payments.call("POST", path, token=token)
        assert (refused.status_code, refused.json()["code"]) == (409, "four_eyes")
    released = await world.approve(path)
    assert (released["planned_by"], released["released_by"]) == (
        "supervisor:tester",
        "supervisor:colleague",
    )


@pytest.mark.parametrize("version", ["pain.008.001.02", "pain.008.001.08"])
@pytest.mark.parametrize(
    ("iban", "original"), [(SAME_BANK, ("IBAN", OLD_IBAN)), (OTHER_BANK, ("Id", "SMNDA"))]
)
async def test_an_amended_mandate_is_told_to_the_bank_once_with_its_original_data(
    world: World, iban: str, original: tuple[str, str], version: str, shared_data: Path
) -> None:
    owner = await customer(world)
    made = await mandate(world, owner)
    await bill(world, owner)
    first = await collect(world)
    before = await file_of(world, first)
    seen = (await world.get(f"/mandates/{made['id']}"))["version"]
    changed = await world.payments.call(
        "PATCH",
        f"/mandates/{made['id']}",
        json={"iban": iban, "reference": "M-1-NEW"},
        headers={"If-Match": f'"{seen}"'},
    )
    assert changed.status_code == 200, changed.text
    assert await file_of(world, first) == before
    assert texts(before, "AmdmntInd") == []

    await bill(world, owner, 2)
    content = await file_of(world, await collect(world, LATER), version)
    assert_official(content, version, shared_data)
    assert texts(content, "AmdmntInd") == ["true"]
    assert texts(content, "OrgnlMndtId") == ["M-1"]
    assert original[1] in texts(content, "OrgnlDbtrAcct", "Id", original[0]) + texts(
        content, "OrgnlDbtrAcct", "Id", "Othr", original[0]
    )
    assert texts(content, "DbtrAcct", "Id", "IBAN") == [iban]

    await bill(world, owner, 3)
    third = await file_of(world, await collect(world, date(2026, 4, 22)))
    assert texts(third, "AmdmntInd") == []


async def test_a_new_creditor_identifier_is_an_amendment_of_every_used_mandate(
    world: World, shared_data: Path
) -> None:
    owner = await customer(world)
    await mandate(world, owner, last_used_on="2026-01-15")
    changed = creditor_changed(
        world.payments.creditor_id, version=2, sepa_creditor_id="DE98ZZZ09999999999"
    )
    await world.hear(changed)
    await bill(world, owner)
    content = await file_of(world, await collect(world))
    assert_official(content, "pain.008.001.08", shared_data)
    ids = texts(content, "OrgnlCdtrSchmeId", "Id", "PrvtId", "Othr", "Id")
    assert ids == ["NL79ZZZ999999990000"]


async def test_mandates_are_imported_with_all_that_a_csv_can_say(world: World) -> None:
    """One was used elsewhere until last month, one is a company's, one is of a Swiss account."""
    for count in (1, 2, 3):
        await customer(world, count)
    rows = (
        "customer_number,reference,iban,account_holder,signed_on,scheme,last_used_on,town,country\n"
        f"K1,M-1,{OLD_IBAN},A. Voorbeeld,2020-06-01,core,2026-03-01,,\n"
        f"K2,M-2,{SAME_BANK},B. Voorbeeld,2025-06-01,b2b,,,\n"
        "K3,M-3,CH9300762011623852957,C. Voorbeeld,2025-06-01,core,,Basel,CH\n"
    )
    answer = await world.payments.call(
        "POST", "/mandates/import", content=rows, headers={"Content-Type": "text/csv"}
    )
    assert answer.json()["imported"] == 3, answer.text
    listed = sorted((await world.get("/mandates"))["items"], key=lambda row: row["reference"])
    assert [(row["channel"], row["scheme"], row["last_used_on"]) for row in listed] == [
        ("imported", "core", "2026-03-01"),
        ("imported", "b2b", None),
        ("imported", "core", None),
    ]


async def test_a_stale_amendment_is_refused(world: World) -> None:
    made = await mandate(world, await customer(world))
    for headers, status in (({}, 428), ({"If-Match": '"7"'}, 412)):
        path = f"/mandates/{made['id']}"
        refused = await world.payments.call(
            "PATCH", path, json={"iban": OTHER_BANK}, headers=headers
        )
        assert refused.status_code == status


async def test_one_off_and_last_collections_end_their_mandates(
    world: World, shared_data: Path
) -> None:
    """Three sequence types in one file are three groups, each booked by the bank in one sum."""
    settings = {"marks_first": True}
    await world.payments.put("/sepa-settings", json=settings, headers={"If-Match": '"0"'})
    owners = [await customer(world, count) for count in (1, 2, 3)]
    once = await mandate(world, owners[0], 1, is_one_off=True)
    last = await mandate(world, owners[1], 2)
    await world.post(f"/mandates/{last['id']}/finish")
    await mandate(world, owners[2], 3)
    for count, owner in enumerate(owners, start=1):
        await bill(world, owner, count)
    await world.news()
    batch = await collect(world)
    content = await file_of(world, batch)
    assert_official(content, "pain.008.001.08", shared_data)
    assert texts(content, "SeqTp") == ["FNAL", "FRST", "OOFF"]
    assert {type(event) for event in await world.news()} == {DebitSubmitted}
    groups = texts(content, "PmtInfId")
    booked = [
        Booked(cents, batch=group or "")
        for group, cents in zip(groups, (2_000, 3_000, 1_000), strict=True)
    ]
    result = await world.upload(camt053(booked))
    assert (result["debits_collected"], result["queued"]) == (3, 0)
    ended = [event for event in await world.news() if isinstance(event, MandateChanged)]
    assert {(event.mandate_id, event.status, event.reason) for event in ended} == {
        (UUID(once["id"]), "expired", "one_off_used"),
        (UUID(last["id"]), "cancelled", "last_collection_made"),
    }


async def test_a_company_mandate_travels_in_a_run_of_its_own(
    world: World, shared_data: Path
) -> None:
    owner, other = await customer(world, 1), await customer(world, 2)
    await mandate(world, owner, 1, scheme="b2b")
    await mandate(world, other, 2)
    await bill(world, owner, 1)
    await bill(world, other, 2)
    batch = await collect(world, scheme="b2b")
    assert batch["left_out"] == {"other_scheme": 1}
    content = await file_of(world, batch)
    assert_official(content, "pain.008.001.08", shared_data)
    assert texts(content, "LclInstrm", "Cd") == ["B2B"]
    (debit,) = (await world.get(f"/debits?batch_id={batch['id']}"))["items"]
    assert debit["terms"] == {
        "return_until": "2026-04-13",
        "refundable_until": None,
        "unauthorised_until": None,
    }


@pytest.mark.parametrize(("code", "again"), [("TECH", True), ("CUST", False)])
async def test_a_file_the_bank_never_got_is_no_longer_in_flight(
    world: World, code: str, again: bool
) -> None:
    """Every reader hears that the flight ended; a fault is mended by another run."""
    owner = await customer(world)
    await mandate(world, owner)
    issued = await bill(world, owner)
    batch = await collect(world)
    await world.news()
    path = f"/debit-batches/{batch['id']}/withdraw"
    assert (await world.post(path, {"code": code}))["by_status"]["returned"]["debits"] == 1
    (told,) = await world.news()
    assert isinstance(told, DebitReturned)
    assert (told.invoice_id, told.return_code) == (issued.invoice_id, code)
    assert not told.concerns_debtor
    assert told.never_collected
    twice = await world.payments.call("POST", path, json={"code": code})
    assert twice.status_code == 409
    planned = await world.payments.call(
        "POST", "/debit-batches", json={"collect_on": COLLECT_ON.isoformat()}
    )
    assert planned.is_success is again


async def test_a_run_can_announce_itself_in_time(world: World) -> None:
    settings = {"notice": "event", "notice_days": 14}
    await world.payments.put("/sepa-settings", json=settings, headers={"If-Match": '"0"'})
    owner = await customer(world)
    await mandate(world, owner)
    issued, other = await bill(world, owner), await bill(world, owner, 2)
    late = await world.payments.call("POST", "/debit-batches", json={"collect_on": "2026-04-14"})
    assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "collect_on")
    batch = await world.post("/debit-batches", {"collect_on": "2026-04-15"})
    told = [event for event in await world.news() if isinstance(event, DebitAnnounced)]
    assert {event.invoice_id for event in told} == {issued.invoice_id, other.invoice_id}
    assert {(event.collect_on, event.mandate_reference) for event in told} == {
        (date(2026, 4, 15), "M-1")
    }
    # Both events carry the one announcement.
    assert len({event.announcement_id for event in told}) == 1
    for event in told:
        assert {(debit.invoice_number, debit.amount) for debit in event.debits} == {
            (issued.number, eur(1_000)),
            (other.number, eur(2_000)),
        }

    await world.post(f"/debit-batches/{batch['id']}/cancel")
    ended = await world.news()
    assert {type(event) for event in ended} == {DebitCancelled}
    assert {event.debit_id for event in ended} == {event.debit_id for event in told}


async def test_an_online_mandate_collects_nothing_until_it_is_confirmed(
    world: World, clock: FixedClock
) -> None:
    owner = await customer(world)
    await bill(world, owner)
    body = {"customer_id": str(owner), "iban": OLD_IBAN, "account_holder": "A. Voorbeeld"}
    asked = await world.post("/mandates/online", body)
    assert asked["status"] == "pending"
    assert await world.news() == []
    refused = await world.payments.call(
        "POST", "/debit-batches", json={"collect_on": COLLECT_ON.isoformat()}
    )
    assert refused.json()["left_out"] == {"no_active_mandate": 1}

    clock.advance(timedelta(days=1))
    for _ in range(2):
        signed = await visit(world, "POST", asked["confirm_path"])
        assert signed.headers["location"] == asked["confirm_url"]
    (told,) = await world.news()
    assert isinstance(told, MandateChanged)
    assert told.status == "active"
    shown = await world.get(f"/mandates/{asked['id']}")
    assert (shown["channel"], shown["signed_on"]) == ("online", "2026-04-02")
    await collect(world)
    assert [type(event) for event in await world.news()] == [DebitSubmitted]


async def test_an_account_outside_the_eea_needs_its_holders_address(
    world: World, shared_data: Path
) -> None:
    owner = await customer(world)
    swiss = "CH9300762011623852957"
    body = {
        "customer_id": str(owner),
        "iban": swiss,
        "account_holder": "A. Voorbeeld",
        "signed_on": "2025-06-01",
    }
    refused = await world.payments.call("POST", "/mandates", json=body)
    assert refused.json()["errors"][0]["field"] == "address"
    address = {"town": "Zürich", "country": "CH", "lines": ["c/o Beispiel", "Hof 3"]}
    await mandate(world, owner, iban=swiss, address=address)
    await bill(world, owner)
    content = await file_of(world, await collect(world))
    assert_official(content, "pain.008.001.08", shared_data)
    assert texts(content, "Dbtr", "PstlAdr", "AdrLine") == ["c/o Beispiel", "Hof 3"]
    assert texts(content, "Dbtr", "PstlAdr", "TwnNm") == ["Zurich"]


_REFUSES_ALL = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="Nothing"/></xs:schema>"""


async def test_a_release_is_held_against_the_official_schema_where_one_is_configured(
    serve: Callable[..., Awaitable[Served]], creditor_id: UUID, tmp_path: Path, shared_data: Path
) -> None:
    """A file the schema refuses is not released; with the official one it is."""
    (tmp_path / "pain.008.001.08.xsd").write_text(_REFUSES_ALL)
    official = shared_data / "schemas" / "iso20022"
    for folder, status in ((tmp_path, 422), (official, 200)):
        payments = await serve("payments", create_app, Settings, creditor_id, xsd_dir=str(folder))
        world = World(payments)
        if folder is tmp_path:
            await world.hear(creditor_changed(creditor_id))
            owner = await customer(world)
            await mandate(world, owner)
            await bill(world, owner)
            batch = await world.post("/debit-batches", {"collect_on": COLLECT_ON.isoformat()})
        token = payments.token(subject="colleague")
        answer = await payments.call("POST", f"/debit-batches/{batch['id']}/release", token=token)
        assert answer.status_code == status
    assert answer.json()["status"] == "released"
