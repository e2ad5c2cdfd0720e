"""Files dropped into a folder: taken once they are whole, put away by what became of them."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from services.payments.intake.folder import WatchedFolder
from shared.ids import uuid7
from tests.factories.payments import IBAN, camt053, paid
from tests.integration.payments.conftest import World


@pytest.fixture
def rooms(world: World, tmp_path: Path) -> Path:
    folder = tmp_path / str(world.payments.creditor_id)
    (folder / "in").mkdir(parents=True)
    return folder


@pytest.fixture
def watched(world: World, rooms: Path) -> WatchedFolder:
    return WatchedFolder(world.payments.service, rooms.parent, settle_s=0)


def names(rooms: Path, room: str) -> list[str]:
    return sorted(path.name for path in (rooms / room).iterdir())


async def test_a_file_is_taken_once_it_no_longer_changes(
    world: World, rooms: Path, watched: WatchedFolder
) -> None:
    content = camt053([paid(100)])
    dropped = rooms / "in" / "today.xml"
    dropped.write_bytes(content[:200])
    assert (await watched.look(), watched.waits) == ([], True)
    dropped.write_bytes(content)
    assert (await watched.look(), watched.waits) == ([], True)
    (taken,) = await watched.look()
    assert (taken.outcome, taken.told["payments"], watched.waits) == ("stored", 1, False)
    assert (names(rooms, "in"), names(rooms, "done")) == ([], ["today.xml"])
    back = await world.payments.call("GET", f"/statements/files/{taken.told['file_id']}")
    assert back.content == content


async def test_a_file_still_being_written_by_its_name_is_left_alone(
    rooms: Path, watched: WatchedFolder
) -> None:
    for name in (".hidden.xml", "a.xml.part", "b.TMP", "c.filepart"):
        (rooms / "in" / name).write_bytes(camt053([paid(100)]))
    assert [await watched.look() for _ in range(3)] == [[], [], []]
    assert len(names(rooms, "in")) == 4


async def test_what_cannot_be_read_is_put_away_with_its_reason(
    world: World, rooms: Path, watched: WatchedFolder
) -> None:
    (rooms / "in" / "bad.xml").write_bytes(camt053([paid(100)])[:-50])
    await watched.look()
    (taken,) = await watched.look()
    assert taken.outcome == "refused"
    assert names(rooms, "refused") == ["bad.xml", "bad.xml.reason.json"]
    reason = json.loads((rooms / "refused" / "bad.xml.reason.json").read_bytes())
    assert reason["code"] == "unreadable_file"
    assert reason["errors"][0]["line"] > 0
    assert (await world.get("/statements"))["items"] == []


async def test_a_file_of_one_name_never_replaces_another(
    world: World, rooms: Path, watched: WatchedFolder
) -> None:
    """The same bytes again are known; other bytes of the same name are another file."""
    first, second = camt053([paid(100)]), camt053([paid(200)], number=2, opening=100)
    outcomes = []
    for content in (first, first, second):
        (rooms / "in" / "daily.xml").write_bytes(content)
        await watched.look()
        outcomes += [taken.outcome for taken in await watched.look()]
    assert outcomes == ["stored", "known", "stored"]
    kept = [(rooms / "done" / name).read_bytes() for name in names(rooms, "done")]
    assert sorted(kept) == sorted([first, first, second])
    assert len((await world.get("/payments"))["items"]) == 2


async def test_files_are_taken_in_the_order_they_came(
    world: World, rooms: Path, watched: WatchedFolder
) -> None:
    for number, name in ((1, "b.xml"), (2, "a.xml")):
        content = camt053([paid(100)], number=number, opening=100 * (number - 1))
        (rooms / "in" / name).write_bytes(content)
        os.utime(rooms / "in" / name, (number, number))
    await watched.look()
    told = [taken.told["statements"][0]["number"] for taken in await watched.look()]
    assert told == ["1", "2"]


async def test_the_csv_files_of_two_banks_are_read_each_by_its_own_mapping(
    world: World, rooms: Path, watched: WatchedFolder
) -> None:
    """One folder, a mapping per bank account: what the file says finds it."""
    bunq = {"account": IBAN, "text": "Name", "mark": "."}
    other = {"account": "DE89370400440532013000", "text": "Verwendungszweck", "mark": ","}
    await world.post("/bank-accounts", {"iban": other["account"], "name": "Other bank"})
    for account in (await world.get("/bank-accounts"))["items"]:
        of = bunq if account["number"] == IBAN else other
        columns = {"booked_on": "Day", "amount": "Sum", "account": "Own", "texts": [of["text"]]}
        mapping = {"decimal_mark": of["mark"], "currency": "EUR", "columns": columns}
        stored = await world.payments.call(
            "PUT",
            f"/bank-accounts/{account['id']}/csv-mapping",
            json=mapping,
            headers={"If-Match": f'"{account["version"]}"'},
        )
        assert stored.status_code == 200
    for of in (bunq, other):
        rows = f"Day;Sum;Own;{of['text']}\n2026-04-01;12{of['mark']}50;{of['account']};koffie\n"
        (rooms / "in" / f"{of['text']}.csv").write_text(rows)
    (rooms / "in" / "third.csv").write_text("Date;Total\n2026-04-01;12,50\n")
    await watched.look()
    taken = await watched.look()
    assert sorted(one.outcome for one in taken) == ["refused", "stored", "stored"]
    amounts = [item["amount"]["amount"] for item in (await world.get("/payments"))["items"]]
    assert amounts == [1_250, 1_250]


async def test_what_a_killed_process_left_is_resumed(rooms: Path, watched: WatchedFolder) -> None:
    await watched.look()
    (rooms / "work" / "left.xml").write_bytes(camt053([paid(100)]))
    (taken,) = await watched.look()
    assert (taken.outcome, names(rooms, "done")) == ("stored", ["left.xml"])


async def test_two_processes_at_once_take_each_file_once(world: World, rooms: Path) -> None:
    for number in range(6):
        content = camt053([paid(100)], number=number, opening=100 * number)
        (rooms / "in" / f"{number}.xml").write_bytes(content)
    folders = [WatchedFolder(world.payments.service, rooms.parent, settle_s=0) for _ in range(2)]
    for _ in range(2):
        taken = await asyncio.gather(*(folder.look() for folder in folders))
    assert sum(one.outcome == "stored" for some in taken for one in some) == 6
    assert len(names(rooms, "done")) == 6
    assert len((await world.get("/payments"))["items"]) == 6


async def test_a_creditors_folder_is_for_its_own_accounts(
    world: World, rooms: Path, watched: WatchedFolder
) -> None:
    """Billing told of no such creditor: its file is refused, and nothing of ours is touched."""
    stranger = rooms.parent / str(uuid7()) / "in"
    stranger.mkdir(parents=True)
    (stranger / "a.xml").write_bytes(camt053([paid(100)]))
    (rooms.parent / "lost+found").mkdir()
    await watched.look()
    (taken,) = await watched.look()
    assert (taken.outcome, taken.told["code"]) == ("refused", "conflict")
    assert (await world.get("/statements"))["items"] == []
