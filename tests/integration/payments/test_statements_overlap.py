"""A bank tells each booking several times: it is booked once, whichever report comes first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import permutations
from typing import Any

import asyncpg
import pytest

from shared.events.payments import PaymentReceived, PaymentReversed
from shared.testing.databases import TestDatabases
from tests.factories.payments import IBAN, Booked, Part, camt053, eur, paid, report
from tests.integration.payments.conftest import World

DAY = date(2026, 4, 1)


async def money(world: World) -> tuple[list[int], int]:
    """The amounts of the payments in the books, and what no statement counts yet."""
    found = await world.get("/reconciliation")
    assert found["agrees"]
    items = (await world.get("/payments?limit=200"))["items"]
    living = [i["amount"]["amount"] for i in items if i["status"] != "reclassified"]
    return sorted(living), sum(account["ahead"]["amount"] for account in found["accounts"])


async def test_what_an_interim_report_told_is_not_booked_again_by_the_statement(
    world: World,
) -> None:
    issued = await world.issue(1, 5_000)
    early = [paid(5_000, reference=issued.rf_reference), paid(700, text="water")]
    first = await world.upload(report("camt.052", early))
    assert (first["statements"][0]["kind"], first["payments"]) == ("interim", 2)
    assert await money(world) == ([700, 5_000], 5_700)
    whole = await world.upload(camt053([*early, paid(30, text="rest")], number=9))
    (statement,) = whole["statements"]
    assert (statement["kind"], statement["entries_known_before"]) == ("statement", 2)
    assert (whole["payments"], statement["difference"]["amount"]) == (1, 0)
    assert await money(world) == ([30, 700, 5_000], 0)


async def test_a_late_interim_report_adds_nothing_to_the_statement(world: World) -> None:
    lines = [paid(5_000, text="een"), paid(700, bank_reference="BANK-1")]
    await world.upload(camt053(lines))
    for late in (report("camt.052", lines), report("camt.054", lines[1:], number=4)):
        result = await world.upload(late)
        assert result["payments"] == 0
    assert await money(world) == ([700, 5_000], 0)


async def test_two_equal_entries_of_one_day_are_two(world: World) -> None:
    """An interim report that saw one of them, before or after, makes it neither one nor three."""
    twice = [paid(100, text="koffie"), paid(100, text="koffie")]
    await world.upload(report("camt.052", twice[:1]))
    await world.upload(camt053(twice))
    await world.upload(report("camt.052", twice, number=2))
    assert await money(world) == ([100, 100], 0)


async def test_statements_in_a_row_each_book_their_own(world: World) -> None:
    """What one statement counts is not in another, however alike."""
    await world.upload(camt053([paid(100, text="koffie")], number=1))
    await world.upload(camt053([paid(100, text="koffie")], number=2, opening=100))
    assert await money(world) == ([100, 100], 0)


async def test_an_entry_the_bank_calls_otherwise_is_another(world: World) -> None:
    await world.upload(report("camt.052", [paid(100, text="x", bank_reference="A")]))
    await world.upload(camt053([paid(100, text="x", bank_reference="B")]))
    assert await money(world) == ([100, 100], 100)


async def test_a_pending_entry_is_booked_when_it_is(world: World) -> None:
    pending = report("camt.052", [paid(100, text="x")]).replace(b"BOOK", b"PDNG")
    result = await world.upload(pending)
    assert (result["payments"], result["statements"][0]["unbooked_count"]) == (0, 1)
    assert (await world.upload(camt053([paid(100, text="x")])))["payments"] == 1


async def test_an_exported_period_tells_again_what_its_days_told(world: World) -> None:
    """Named entries that a statement counts already: the file is no statement of its own."""
    one, two = paid(100, bank_reference="A"), paid(200, bank_reference="B")
    await world.upload(camt053([one], number=1))
    await world.upload(camt053([one, two], number=77))
    assert await money(world) == ([100, 200], 200)
    repeats = (await world.get("/statements?kind=repeat"))["items"]
    assert [item["number"] for item in repeats] == ["77"]


def mt940(number: int, opening: int, *bookings: tuple[int, str]) -> bytes:
    """A statement of a bank that gives its bookings no reference."""
    closing = opening + sum(cents for cents, _ in bookings)
    entries = "".join(
        f":61:2604010401C{cents // 100},{cents % 100:02}NTRFNONREF\n:86:{text}\n"
        for cents, text in bookings
    )
    return (
        f":20:R{number}\n:25:{IBAN}\n:28C:{number}\n"
        f":60F:C260401EUR{opening // 100},{opening % 100:02}\n{entries}"
        f":62F:C260401EUR{closing // 100},{closing % 100:02}\n-\n"
    ).encode()


COFFEE, TEA = (100, "koffie"), (250, "thee")


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_statements_without_references_that_overlap_book_each_booking_once(
    world: World, order: tuple[int, ...]
) -> None:
    """Two halves of a day with the same coffee in each, and an export of the whole day."""
    files = [
        mt940(1, 0, COFFEE, TEA),
        mt940(2, 350, COFFEE, COFFEE),
        mt940(99, 0, COFFEE, TEA, COFFEE, COFFEE),
    ]
    kinds = [(await world.upload(files[n]))["statements"][0]["kind"] for n in order]
    assert kinds.count("statement") == (1 if order[0] == 2 else 2)
    assert await money(world) == ([100, 100, 100, 250], 0)


async def test_a_day_told_again_newest_first_is_the_same_day(world: World) -> None:
    """A bank without references, its file in the order of booking and the export of its website the
    other way round. What is on the statement alone is booked, and stays ahead."""
    day = [COFFEE, TEA, COFFEE]
    await world.upload(mt940(1, 0, *day))
    result = await world.upload(mt940(77, 0, (30, "bonnetje"), *day[::-1]))
    (again,) = result["statements"]
    assert (again["kind"], again["entries_known_before"], result["payments"]) == ("repeat", 3, 1)
    assert await money(world) == ([30, 100, 100, 250], 30)
    await world.upload(mt940(2, 450, (30, "bonnetje"), COFFEE))
    assert await money(world) == ([30, 100, 100, 100, 250], 0)


async def test_entries_stored_without_the_balances_of_their_day_are_known_again(
    world: World, database: str, databases: TestDatabases
) -> None:
    """They were booked before those were kept: the balance each left tells it."""
    await world.upload(mt940(1, 0, COFFEE, TEA))
    connection = await asyncpg.connect(databases.url(database))
    await connection.execute(
        "UPDATE payments.bank_entries SET opens_minor = NULL, closes_minor = NULL"
    )
    await connection.close()
    await world.upload(mt940(77, 0, COFFEE, TEA, COFFEE))
    await world.upload(mt940(78, 0, COFFEE, COFFEE, TEA))
    assert await money(world) == ([100, 100, 250], 100)


def batch(cents: int, parts: Sequence[Part] = (), **named: Any) -> Booked:
    return Booked(cents, tuple(parts), batch="INCASSO-7", **named)


PARTS = (Part(cents=600, text="een"), Part(cents=400, text="twee"))


async def test_the_details_of_a_batch_come_later(world: World) -> None:
    """The sum gives way to its parts, and whoever books along is told so."""
    await world.upload(camt053([batch(1_000, reference="B-1")]))
    (whole,) = [e for e in await world.news() if isinstance(e, PaymentReceived)]
    result = await world.upload(report("camt.054", [batch(1_000, PARTS, reference="B-1")]))
    (notice,) = result["statements"]
    assert (notice["kind"], notice["entries_completed"], result["payments"]) == ("notice", 1, 2)
    news = await world.news()
    assert [e.payment_id for e in news if isinstance(e, PaymentReversed)] == [whole.payment_id]
    assert sorted(e.amount.minor for e in news if isinstance(e, PaymentReceived)) == [400, 600]
    assert await money(world) == ([400, 600], 0)


async def test_the_details_of_a_batch_came_before(world: World) -> None:
    await world.upload(report("camt.054", [batch(1_000, PARTS)]))
    result = await world.upload(camt053([batch(1_000)]))
    assert result["lines"] == 0
    assert await money(world) == ([400, 600], 0)


async def test_details_do_not_undo_what_a_clerk_decided(world: World) -> None:
    issued = await world.issue(1, 1_000)
    await world.upload(camt053([batch(1_000)]))
    (queued,) = (await world.get("/queue"))["items"]
    body = {"allocations": [{"invoice_id": str(issued.invoice_id), "amount": amount(1_000)}]}
    await world.post(f"/payments/{queued['payment_id']}/match", body)
    result = await world.upload(report("camt.054", [batch(1_000, PARTS)]))
    assert (result["lines"], result["statements"][0]["entries_completed"]) == (0, 0)
    assert await money(world) == ([1_000], 0)


def amount(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency": "EUR"}


@pytest.mark.parametrize("order", list(permutations(range(4)))[::4])
async def test_any_order_of_a_days_files_ends_the_same(
    world: World, order: tuple[int, ...]
) -> None:
    """Twice each, too."""
    coffee, named = paid(100, text="koffie"), paid(700, bank_reference="BANK-1")
    files = [
        report("camt.052", [coffee, named]),
        report("camt.054", [batch(1_000, PARTS)], number=2),
        camt053([coffee, coffee, named, batch(1_000)], number=1),
        camt053([coffee], number=2, opening=1_900, day=date(2026, 4, 2)),
    ]
    for number in (*order, *reversed(order)):
        answer = await world.payments.call("POST", "/statements", content=files[number])
        assert answer.status_code in {200, 201}
    assert await money(world) == ([100, 100, 100, 400, 600, 700], 0)
    (account,) = (await world.get("/reconciliation"))["accounts"]
    assert (account["gaps"], account["closing"]["amount"]) == ([], 2_000)


async def test_each_statement_is_announced_with_how_far_the_bank_is_known(world: World) -> None:
    await world.upload(camt053([paid(100)], opening=50, day=date(2026, 3, 31)))
    await world.upload(report("camt.054", [paid(100)], number=3))
    await world.news()
    statement, notice = world.booked
    assert (statement.kind, statement.closing, statement.entries) == ("statement", eur(150), 1)
    assert (notice.kind, notice.known_until) == ("notice", None)
    (account,) = (await world.get("/bank-accounts"))["items"]
    assert statement.known_until is not None
    assert datetime.fromisoformat(account["known_until"]) == statement.known_until
