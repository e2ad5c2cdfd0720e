"""Evidence through the whole service: sealed names, taught accounts, instalments, settings."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text

from services.payments.domain.clues import clues_in
from services.payments.repository import payers
from services.payments.use_cases.book_payments import Arrival, book, decide
from services.payments.use_cases.index_names import index_names
from services.payments.use_cases.plan_lines import iban_index
from shared.db import Scope
from shared.events.billing import InvoiceIssued
from shared.events.collections import ArrangementAgreed, ArrangementEnded, InstalmentItem
from shared.events.payments import PaymentAllocated
from shared.ids import uuid7
from shared.testing.databases import TestDatabases
from tests.factories.payments import camt053, customer_changed, eur, paid
from tests.integration.payments.conftest import World

ANNAS, OFFICES = "NL86INGB0002445588", "NL20INGB0001234567"
NAME = "A.B. van der Oosterbrink"


async def anna_owing(world: World, *cents: int) -> tuple[UUID, list[Any]]:
    """Anna, known by name alone, and a bill of each amount."""
    anna = uuid7()
    await world.hear(customer_changed(anna, "10000017", name=NAME))
    return anna, [await world.issue(at, amount, anna) for at, amount in enumerate(cents, start=1)]


async def allocated(world: World) -> PaymentAllocated:
    told = (await world.news())[-1]
    assert isinstance(told, PaymentAllocated), told
    return told


async def queued(world: World) -> dict[str, Any]:
    (item,) = (await world.get("/queue"))["items"]
    result: dict[str, Any] = item
    return result


def scope(world: World) -> Scope:
    return Scope(world.payments.creditor_id, "clerk:1")


async def test_a_name_finds_its_customer_without_being_stored_readable(world: World) -> None:
    """A mistyped reference, the bank's spelling of the name, and the amount: together enough."""
    anna, (bill,) = await anna_owing(world, 4_000)
    wrong = bill.payment_reference[:9] + bill.payment_reference[10:]
    await world.upload(camt053([paid(4_000, text=f"kenmerk {wrong}", name="OOSTERBRINK A B")]))
    told = await allocated(world)
    assert (told.customer_id, told.matched_by) == (anna, "reference_repaired")
    async with world.payments.service.db.read(scope(world)) as session:
        (row,) = await session.execute(text("SELECT customers::text AS row FROM customers"))
    assert "oosterbrink" not in row.row.lower()


async def test_a_mistyped_kenmerk_ending_in_another_bills_number_waits(world: World) -> None:
    _, (bill, other) = await anna_owing(world, 4_000, 4_000)
    wrong = f"{(int(bill.payment_reference[0]) + 5) % 10}0000 {other.number}"
    result = await world.upload(camt053([paid(4_000, text=wrong, name="C. Vreemd")]))
    assert (result["matched"], result["queued"]) == (0, 1)


async def test_a_name_and_an_amount_are_shown_with_their_probability(world: World) -> None:
    anna, (bill,) = await anna_owing(world, 4_000)
    await world.hear(customer_changed(uuid7(), "10000024", name="C. Oosterbrink"))
    await world.upload(camt053([paid(4_000, name="A. Oosterbrink", iban=ANNAS)]))
    item = await queued(world)
    assert (item["reason"], item["customer_id"]) == ("not_certain", None)
    (candidate,) = item["candidates"]
    assert candidate["customer_id"] == str(anna)
    assert [one["invoice_id"] for one in candidate["invoices"]] == [str(bill.invoice_id)]
    assert candidate["facts"] == ["name_same", "amount_one"]
    assert 0.5 < candidate["probability"] < 0.999


async def test_the_only_customer_of_a_surname_is_known_by_an_initial_and_the_amount(
    world: World,
) -> None:
    anna, _ = await anna_owing(world, 4_000)
    await world.upload(camt053([paid(4_000, name="A. Oosterbrink", iban=ANNAS)]))
    told = await allocated(world)
    assert (told.customer_id, told.matched_by) == (anna, "name_amount")


async def test_customers_of_before_are_found_by_surname_once_the_job_went_over_them(
    world: World, databases: TestDatabases, database: str
) -> None:
    """A batch at a time, and again after a kill: what is done is not done anew. A forgotten
    person's name is nobody's to read."""
    anna, _ = await anna_owing(world, 4_000)
    for number, name in (("10000025", "C. Bakker"), ("10000026", "D. Smit")):
        await world.hear(customer_changed(uuid7(), number, name=name))
    gone = uuid7()
    await world.hear(customer_changed(gone, "10000027", name="E. Mulder"))
    await world.hear(customer_changed(gone, "10000027", name="", version=2, erased=True))
    connection = await asyncpg.connect(databases.url(database))
    await connection.execute(
        "UPDATE payments.customers SET name_keys = '[]', name_keys_version = 1"
    )
    service = world.payments.service
    done = []
    for _ in range(3):
        async with service.db.write(scope(world)) as session:
            done.append(await index_names(session, vault=service.vault, limit=2))
    assert done == [2, 1, 0]
    kept = "SELECT jsonb_array_length(name_keys) FROM payments.customers ORDER BY number"
    assert [row[0] for row in await connection.fetch(kept)] == [2, 2, 2, 0]
    await connection.close()
    await world.upload(camt053([paid(4_000, name="A. Oosterbrink", iban=ANNAS)]))
    assert (await allocated(world)).customer_id == anna


async def test_an_account_that_paid_by_reference_is_known_the_next_time(world: World) -> None:
    anna, (first, _) = await anna_owing(world, 4_000, 5_000)
    by_reference = paid(4_000, reference=first.rf_reference, iban=ANNAS, name=NAME)
    await world.upload(camt053([by_reference], number=1))
    await world.upload(
        camt053([paid(5_000, text="water", iban=ANNAS, name=NAME)], number=2, opening=4_000)
    )
    told = await allocated(world)
    assert (told.customer_id, told.matched_by) == (anna, "account_amount")


async def test_what_a_clerk_taught_counts_until_it_is_unlearned(world: World) -> None:
    """An office of another name pays Anna's bills; after the lesson is taken back it waits."""
    anna, _ = await anna_owing(world, 4_000, 5_000)
    index = iban_index(OFFICES, world.payments.service.vault)
    assert index is not None
    async with world.payments.service.db.write(scope(world)) as session:
        await payers.remember(session, [payers.Lesson(index, anna, uuid7())])
    await world.upload(camt053([paid(4_000, iban=OFFICES, name="Budgetbeheer BV")], number=1))
    assert (await allocated(world)).customer_id == anna
    async with world.payments.service.db.write(scope(world)) as session:
        assert await payers.forget(session, index, anna)
        assert not await payers.forget(session, index, anna)
    later = camt053([paid(5_000, iban=OFFICES, name="Budgetbeheer BV")], number=2, opening=4_000)
    assert (await world.upload(later))["matched"] == 0


async def test_an_instalment_pays_the_bills_of_its_arrangement_while_it_lasts(
    world: World,
) -> None:
    anna, (older, newer) = await anna_owing(world, 3_000, 6_100)
    agreed = ArrangementAgreed(
        arrangement_id=uuid7(),
        customer_id=anna,
        invoice_ids=(older.invoice_id, newer.invoice_id),
        instalments=tuple(
            InstalmentItem(number=n, due_on=date(2026, 4 + n, 1), amount=eur(4_500)) for n in (1, 2)
        ),
    )
    await world.hear(agreed)
    line = paid(4_500, text="klantnr 10000017 termijn 1", name=NAME, iban=ANNAS)
    await world.upload(camt053([line], number=1))
    told = await allocated(world)
    assert told.matched_by == "customer_number"
    assert sum(part.amount.minor for part in told.allocations) == 4_500
    ended = ArrangementEnded(
        arrangement_id=agreed.arrangement_id,
        customer_id=anna,
        outcome="cancelled",
        ended_on=date(2026, 5, 2),
    )
    await world.hear(ended)
    again = await world.upload(camt053([line], number=2, opening=4_500))
    assert (again["matched"], again["queued"]) == (0, 1)


async def test_a_creditor_who_allows_a_difference_has_it_written_off(world: World) -> None:
    _, (bill,) = await anna_owing(world, 4_000)
    before = await world.payments.call("GET", "/match-settings")
    assert (before.json()["version"], before.json()["tolerance_minor"]) == (0, 0)
    wanted = {"post_at": 0.999, "tie_margin": 2.0, "tolerance_minor": 5, "fill_by_law": False}
    seen = {"If-Match": before.headers["ETag"]}
    after = await world.payments.put("/match-settings", json=wanted, headers=seen)
    assert after == {"version": 1, **wanted}
    late = await world.payments.call("PUT", "/match-settings", json=wanted, headers=seen)
    assert late.status_code == 412
    await world.upload(camt053([paid(3_997, reference=bill.rf_reference)]))
    (part,) = (await allocated(world)).allocations
    assert (part.amount, part.written_off) == (eur(3_997), eur(3))


async def test_a_forgotten_customer_is_found_by_no_name(world: World) -> None:
    anna, _ = await anna_owing(world, 4_000)
    await world.hear(customer_changed(anna, "10000017", version=2, name="", erased=True))
    await world.upload(camt053([paid(4_000, name="A. Oosterbrink")]))
    item = await queued(world)
    assert (item["reason"], item["candidates"]) == ("no_match", [])


async def test_of_a_common_name_only_who_owes_the_amount_is_shown(world: World) -> None:
    """More J. de Jongs than anybody looks through; one of them has a bill of this amount."""
    namesakes = [customer_changed(uuid7(), f"J{at}", name="J. de Jong") for at in range(201)]
    await world.hear(*namesakes)
    await world.issue(1, 4_000, namesakes[0].customer_id)
    await world.issue(2, 5_000, namesakes[77].customer_id)
    await world.upload(camt053([paid(5_000, name="J DE JONG")]))
    (candidate,) = (await queued(world))["candidates"]
    assert candidate["customer_id"] == str(namesakes[77].customer_id)
    assert candidate["facts"] == ["name_same", "amount_one"]


async def test_payments_of_other_customers_go_on_while_one_is_booked(world: World) -> None:
    """Only what is taken is locked; who wants the same waits, and then finds it paid."""
    _, (bill,) = await anna_owing(world, 4_000)
    other = await world.issue(2, 5_000)
    database = world.payments.service.db
    async with database.transaction(scope(world)) as first:
        arrival = arriving(bill)
        await book(first, [arrival], await decide(first, [arrival]))
        async with database.write(scope(world)) as second:
            rival, free = arriving(bill), arriving(other)
            async with asyncio.timeout(10):
                verdicts = await decide(second, [free])
            assert [share.amount for share in verdicts[free.id].shares] == [eur(5_000)]
            waiting = asyncio.create_task(decide(second, [rival]))
            await database.commit(first)
            verdict = (await waiting)[rival.id]
    assert (verdict.shares, verdict.queue_reason) == ((), "already_paid")


def arriving(bill: InvoiceIssued) -> Arrival:
    """All of a bill, by its reference."""
    return Arrival(
        id=uuid7(),
        source="bank",
        amount=bill.total,
        booked_on=date(2026, 4, 1),
        value_on=date(2026, 4, 1),
        clues=clues_in([bill.rf_reference]),
    )
