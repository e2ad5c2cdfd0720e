from __future__ import annotations

import asyncio
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.payments.formats.read import read_statements
from services.payments.formats.unreadable import UnreadableFile
from services.payments.use_cases.read_statement_file import read_statement_file
from shared.events.payments import PaymentAllocated, PaymentReceived
from tests.factories.payments import IBAN, Booked, Part, camt053, eur, invoice_issued, paid
from tests.integration.payments.conftest import World


async def test_the_figures_agree_to_the_cent_after_a_day_of_everything(world: World) -> None:
    first, second = await world.issue(1, 5_000), await world.issue(2, 2_500)
    lines = [
        paid(5_000, reference=first.rf_reference),
        paid(9_999, reference=second.rf_reference),
        paid(4_250, text="water"),
        paid(-375, text="kosten betalingsverkeer"),
    ]
    await world.upload(camt053(lines, number=1, opening=100_000))
    more = [paid(2, name="Bank", text="rente"), paid(-1_000, text="overboeking")]
    await world.upload(camt053(more, number=2, opening=118_874, day=date(2026, 4, 2)))
    found = await world.get("/reconciliation")
    assert found["agrees"]
    (account,) = found["accounts"]
    assert {name: account[name]["amount"] for name in ("opening", "closing", "entries")} == {
        "opening": 100_000,
        "closing": 117_876,
        "entries": 17_876,
    }
    assert (account["allocated"]["amount"], account["unallocated"]["amount"]) == (7_500, 11_751)
    assert account["other"]["amount"] == -1_375
    assert account["gaps"] == []
    assert account["number_ending"] == "4300"


async def test_a_missing_statement_shows_as_a_gap(world: World) -> None:
    await world.upload(camt053([paid(100)], number=1, day=date(2026, 4, 1)))
    await world.upload(camt053([paid(100)], number=3, opening=350, day=date(2026, 4, 3)))
    (account,) = (await world.get("/reconciliation"))["accounts"]
    (gap,) = account["gaps"]
    assert gap["difference"]["amount"] == 250
    checks = {check["name"]: check["agrees"] for check in account["checks"]}
    assert not checks["opening and entries make closing"]
    await world.upload(camt053([paid(250)], number=2, opening=100, day=date(2026, 4, 2)))
    found = await world.get("/reconciliation")
    assert (found["agrees"], found["accounts"][0]["gaps"]) == (True, [])


async def test_a_batch_line_is_booked_by_its_parts_and_the_rest_is_not_lost(
    world: World,
) -> None:
    issued = await world.issue(1, 5_000)
    parts = (
        Part(cents=5_000, reference=issued.rf_reference),
        Part(cents=1_000, text="onbekend"),
    )
    result = await world.upload(camt053([Booked(8_600, parts)]))
    assert (result["payments"], result["matched"]) == (3, 1)
    reasons = {i["reason"]: i["amount"]["amount"] for i in (await world.get("/queue"))["items"]}
    assert reasons == {"no_match": 1_000, "remainder": 2_600}
    assert (await world.get("/reconciliation"))["agrees"]


async def test_charges_kept_in_an_entry_are_a_line_of_their_own(world: World) -> None:
    issued = await world.issue(1, 5_000)
    parts = (Part(cents=5_000, reference=issued.rf_reference),)
    result = await world.upload(camt053([Booked(4_990, parts)]))
    assert (result["matched"], result["other"]) == (1, 1)
    (account,) = (await world.get("/reconciliation"))["accounts"]
    assert (account["payments"]["amount"], account["other"]["amount"]) == (5_000, -10)


async def test_two_files_at_once_do_not_pay_one_invoice_twice(world: World) -> None:
    issued = await world.issue(1, 5_000)
    line = paid(5_000, reference=issued.rf_reference)
    files = [camt053([line], number=number) for number in (1, 2, 3)]
    results = await asyncio.gather(*(world.upload(content) for content in files))
    assert sorted(result["matched"] for result in results) == [0, 0, 1]
    allocated = [e for e in await world.news() if isinstance(e, PaymentAllocated)]
    assert [a.amount for e in allocated for a in e.allocations] == [eur(5_000)]


async def test_the_same_file_twice_at_once_is_stored_once(world: World) -> None:
    content = camt053([paid(5_000), paid(6_000)])
    answers = await asyncio.gather(
        *(world.payments.call("POST", "/statements", content=content) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["file_id"] for answer in answers}) == 1
    received = [e for e in await world.news() if isinstance(e, PaymentReceived)]
    assert len(received) == 2


async def test_five_thousand_lines_are_booked_in_seconds(world: World) -> None:
    issued = [invoice_issued(count, 1_000 + count) for count in range(1, 5_001)]
    await world.hear(*issued)
    await world.news()
    content = camt053(
        [
            paid(1_000 + count, name=f"P. {count}", text=f"kenmerk {one.payment_reference}")
            for count, one in enumerate(issued, start=1)
        ]
    )
    began = time.perf_counter()
    result = await world.upload(content)
    took_s = time.perf_counter() - began
    assert (result["payments"], result["matched"], result["queued"]) == (5_000, 5_000, 0)
    assert took_s < 20
    assert len(await world.news()) == 10_000
    assert (await world.get("/reconciliation"))["agrees"]


def readable(shared_data: Path) -> list[tuple[Path, str, str]]:
    """Real statement files that can be understood, with account and currency of the first."""
    found = []
    for folder in ("camt.053", "mt940"):
        for path in sorted(p for p in (shared_data / folder).rglob("*") if p.is_file()):
            try:
                drafts = read_statement_file(path.read_bytes())
            except UnreadableFile:
                continue
            accounts = {(draft.account_number, draft.currency) for draft in drafts}
            if len(accounts) == 1 and sum(len(draft.lines) for draft in drafts) > 0:
                found.append((path, *accounts.pop()))
    return found


def test_the_lines_of_real_statements_sum_to_their_entries(shared_data: Path) -> None:
    files = 0
    for folder in ("camt.053", "mt940"):
        for path in sorted(p for p in (shared_data / folder).rglob("*") if p.is_file()):
            try:
                drafts = read_statement_file(path.read_bytes())
                read = list(read_statements(path.read_bytes()))
            except UnreadableFile:
                continue
            files += 1
            booked = [
                entry.amount.value
                for statement in read
                for entry in statement.entries
                if entry.status.value == "BOOK"
            ]
            told = sum(draft.entries.to_decimal() for draft in drafts)
            assert told == sum(booked), path.name
    assert files > 150


async def test_real_statements_are_stored_whole_and_reconcile(
    world: World, shared_data: Path
) -> None:
    files = readable(shared_data)
    assert len(files) > 100
    taken, names = 0, set()
    for path, number, currency in files[:: max(1, len(files) // 25)]:
        if (number, currency) not in names:
            body: dict[str, Any] = {"number": number, "currency": currency, "name": "An account"}
            made = await world.payments.call("POST", "/bank-accounts", json=body)
            if made.status_code != 201:
                continue
            names.add((number, currency))
        answer = await world.payments.call("POST", "/statements", content=path.read_bytes())
        assert answer.status_code in {201, 409, 422}, path.name
        taken += answer.status_code == 201
    assert taken > 15
    found = await world.get("/reconciliation")
    for account in found["accounts"]:
        for check in account["checks"]:
            assert check["agrees"] or check["name"] == "opening and entries make closing"
    assert found["whole"]["agrees"]


@pytest.mark.parametrize("count", [1, 2])
async def test_pages_of_the_queue_hold_each_payment_once(world: World, count: int) -> None:
    await world.upload(camt053([paid(100 + number) for number in range(5)]))
    seen, cursor = [], ""
    while cursor is not None:
        page = await world.get(f"/queue?limit={count}{cursor and f'&cursor={cursor}'}")
        seen += [item["amount"]["amount"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == [100, 101, 102, 103, 104]
    assert (await world.get("/queue?reason=overpaid"))["items"] == []


async def test_fifty_files_at_once_spend_no_open_item_twice(world: World) -> None:
    """Each file pays the same ten bills, on an account of its own: ten of 500 payments match."""
    issued = [await world.issue(count, 1_000 * count) for count in range(1, 11)]
    numbers = [str(7_000_000 + number) for number in range(50)]
    for number in numbers:
        await world.post("/bank-accounts", {"number": number, "name": "An account"})
    lines = [paid(one.total.minor, reference=one.rf_reference) for one in issued]
    files = [
        camt053(lines, number=place).replace(
            f"<IBAN>{IBAN}</IBAN>".encode(), f"<Othr><Id>{number}</Id></Othr>".encode()
        )
        for place, number in enumerate(numbers)
    ]
    results = await asyncio.gather(*(world.upload(content) for content in files))
    assert sum(result["matched"] for result in results) == 10
    allocated = [
        a for e in await world.news() if isinstance(e, PaymentAllocated) for a in e.allocations
    ]
    assert {a.invoice_id: a.amount for a in allocated} == {
        one.invoice_id: one.total for one in issued
    }
    assert len(allocated) == 10
    found = await world.get("/reconciliation")
    assert found["agrees"]
    for account in found["accounts"]:
        placed = account["allocated"]["amount"] + account["unallocated"]["amount"]
        assert placed == account["entries"]["amount"]
