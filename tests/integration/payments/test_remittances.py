"""A bailiff pays one sum for many debtors: the specification takes it apart, whichever is first."""

from __future__ import annotations

from typing import Any

import pytest

from services.payments.jobs import JOBS
from shared.events.billing import InvoiceIssued
from shared.events.payments import PaymentAllocated
from tests.factories.payments import camt053, eur, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_queue import act, queue

BAILIFF_IBAN = "NL69INGB0123456789"
LAYOUT = {
    "reference": "Uw kenmerk",
    "gross": "Ontvangen",
    "fee": "Kosten",
    "net": "Afdracht",
    "paid_on": "Datum",
}
HEADING = "Uw kenmerk;Ontvangen;Kosten;Afdracht;Datum\n"


@pytest.fixture
async def bailiff(world: World) -> World:
    body = {"name": "Deurwaarder Voorbeeld", "iban": BAILIFF_IBAN, "layout": LAYOUT}
    shown = await world.payments.put("/remittance-senders/dw", json=body)
    assert shown["iban_ending"] == "6789"
    return world


async def upload(world: World, text: str) -> Any:
    return await world.payments.call(
        "POST",
        "/remittances?sender=dw",
        content=text.encode(),
        headers={"Content-Type": "text/csv"},
    )


async def two_bills(world: World) -> tuple[InvoiceIssued, InvoiceIssued]:
    first, second = await world.issue(1, 10_000), await world.issue(2, 1_234_56)
    return first, second


def specified(first: InvoiceIssued, second: InvoiceIssued) -> str:
    """100.00 less 15.00, named by number; 1,234.56 less 100.56, named by betalingskenmerk."""
    return (
        f"{HEADING}{first.number};100,00;15,00;85,00;20-03-2026\n"
        f"{second.payment_reference};€ 1.234,56;100,56;1.134,00;21-03-2026\n"
    )


def given(events: list[Any]) -> dict[Any, tuple[Any, Any]]:
    """Per invoice the money and the fee."""
    return {
        part.invoice_id: (part.amount, part.fee)
        for event in events
        if isinstance(event, PaymentAllocated)
        for part in event.allocations
    }


async def test_the_specification_comes_first_and_the_sum_is_taken_apart(bailiff: World) -> None:
    first, second = await two_bills(bailiff)
    told = (await upload(bailiff, specified(first, second))).json()
    assert (told["status"], told["net"]["amount"], told["fee"]["amount"]) == (
        "waiting",
        1_219_00,
        115_56,
    )
    content = camt053([paid(1_219_00, iban=BAILIFF_IBAN, text="afdracht maart")])
    for _ in ("stored", "known"):
        result = await bailiff.upload(content)
        assert (result["payments"], result["matched"], result["queued"]) == (1, 1, 0)
    assert given(await bailiff.news()) == {
        first.invoice_id: (eur(85_00), eur(15_00)),
        second.invoice_id: (eur(1_134_00), eur(100_56)),
    }
    shown = await bailiff.get(f"/remittances/{told['id']}")
    assert shown["status"] == "settled"
    payment = await bailiff.get(f"/payments/{shown['payment_id']}")
    assert (payment["status"], payment["allocations"][0]["matched_by"]) == (
        "allocated",
        "specification",
    )
    assert await queue(bailiff) == []
    for bill in (first, second):
        item = await bailiff.get(f"/open-items/{bill.invoice_id}")
        assert item["available"]["amount"] == 0


async def test_the_sum_comes_first_and_waits_for_its_specification(bailiff: World) -> None:
    """Though its text names a bill, the sum is for many: nothing is decided by it."""
    first, second = await two_bills(bailiff)
    line = paid(1_219_00, iban=BAILIFF_IBAN, text=f"afdracht {first.number}")
    result = await bailiff.upload(camt053([line]))
    assert (result["matched"], result["queued"]) == (0, 1)
    (item,) = await queue(bailiff, "?language=nl")
    assert item["reason"] == "awaits_specification"
    assert "specificatie" in item["reason_text"]
    await bailiff.news()
    told = (await upload(bailiff, specified(first, second))).json()
    assert told["status"] == "settled"
    assert len(given(await bailiff.news())) == 2


async def test_the_same_file_again_changes_nothing(bailiff: World) -> None:
    text = specified(*await two_bills(bailiff))
    first, again = await upload(bailiff, text), await upload(bailiff, text)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


async def test_sums_that_differ_wait_in_the_queue_with_the_difference(bailiff: World) -> None:
    told = (await upload(bailiff, specified(*await two_bills(bailiff)))).json()
    await bailiff.upload(camt053([paid(1_220_00, iban=BAILIFF_IBAN)]))
    (item,) = await queue(bailiff)
    assert item["reason"] == "specification_differs"
    assert [one["difference"]["amount"] for one in item["specifications"]] == [1_00]
    shown = await bailiff.get(f"/remittances/{told['id']}")
    (waiting,) = shown["waiting_sums"]
    assert (waiting["payment_id"], waiting["difference"]["amount"]) == (item["payment_id"], 1_00)
    settled = await bailiff.post(
        f"/remittances/{told['id']}/settle", {"payment_id": item["payment_id"]}
    )
    assert settled["status"] == "settled"
    (rest,) = await queue(bailiff)
    assert (rest["reason"], rest["unallocated"]["amount"]) == ("specification_rest", 1_00)


async def test_less_than_was_specified_is_never_taken_apart(bailiff: World) -> None:
    text = specified(*await two_bills(bailiff))
    told = (await upload(bailiff, text)).json()
    await bailiff.upload(camt053([paid(1_218_00, iban=BAILIFF_IBAN)]))
    (item,) = await queue(bailiff)
    path = f"/remittances/{told['id']}"
    refused = await act(bailiff, f"{path}/settle", {"payment_id": item["payment_id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "sums_differ")
    assert (await bailiff.post(f"{path}/cancel"))["status"] == "cancelled"
    assert (await upload(bailiff, text)).status_code == 201


async def test_bad_rows_are_named_by_line_and_field_and_nothing_is_stored(
    bailiff: World,
) -> None:
    first, _ = await two_bills(bailiff)
    text = f"{HEADING}99999999;100,00;15,00;85,00;20-03-2026\n88888888;1,00;0,00;1,00;\n"
    unknown = await upload(bailiff, text)
    assert unknown.status_code == 422
    assert [(p["line"], p["field"]) for p in unknown.json()["errors"]] == [
        (2, "Uw kenmerk"),
        (3, "Uw kenmerk"),
    ]
    text = (
        f"{HEADING}{first.number};100,00;15,00;84,00;20-03-2026\n"
        f"{first.number};honderd;15,00;85,00;31-02-2026\n"
        f";1,00;0,00;1,00;\n"
    )
    wrong = await upload(bailiff, text)
    assert [(p["line"], p["field"]) for p in wrong.json()["errors"]] == [
        (2, "Afdracht"),
        (3, "Ontvangen"),
        (3, "Datum"),
        (4, "Uw kenmerk"),
    ]
    other = await upload(bailiff, f"kenmerk;bedrag\n{first.number};100,00\n")
    assert {p["field"] for p in other.json()["errors"]} == set(LAYOUT.values())
    assert (await bailiff.get("/remittances"))["items"] == []


def with_a_stray(first: InvoiceIssued, second: InvoiceIssued) -> str:
    """As specified, and 50.00 less 5.00 for a number nobody here knows: 1,264.00 in all."""
    return f"{specified(first, second)}Dossier 77-X;50,00;5,00;45,00;22-03-2026\n"


async def test_a_row_nobody_knows_is_left_to_a_person_and_the_others_are_paid(
    bailiff: World,
) -> None:
    first, second = await two_bills(bailiff)
    meant = await bailiff.issue(3, 50_00)
    told = (await upload(bailiff, with_a_stray(first, second))).json()
    assert (told["net"]["amount"], told["parts"]) == (1_264_00, 3)
    await bailiff.upload(camt053([paid(1_264_00, iban=BAILIFF_IBAN)]))
    assert given(await bailiff.news()) == {
        first.invoice_id: (eur(85_00), eur(15_00)),
        second.invoice_id: (eur(1_134_00), eur(100_56)),
    }
    (item,) = await queue(bailiff)
    assert (item["reason"], item["unallocated"]["amount"]) == ("specification_unknown", 45_00)
    (stray,) = item["strays"]
    assert (stray["line"], stray["problem"], stray["reference"], stray["net"]["amount"]) == (
        4,
        "unknown_reference",
        "Dossier 77-X",
        45_00,
    )
    path = f"/remittances/{told['id']}/strays/4"
    placed = await bailiff.post(path, {"invoice_id": str(meant.invoice_id)})
    assert placed["strays"] == []
    assert len(placed["specified"]) == 3
    assert given(await bailiff.news()) == {meant.invoice_id: (eur(45_00), eur(5_00))}
    assert await queue(bailiff) == []
    again = await act(bailiff, path, {"invoice_id": str(meant.invoice_id)})
    assert again.status_code == 409


async def test_a_row_placed_before_the_sum_came_is_paid_with_the_others(bailiff: World) -> None:
    first, second = await two_bills(bailiff)
    meant = await bailiff.issue(3, 50_00)
    told = (await upload(bailiff, with_a_stray(first, second))).json()
    body = {"invoice_id": str(meant.invoice_id)}
    await bailiff.post(f"/remittances/{told['id']}/strays/4", body)
    await bailiff.upload(camt053([paid(1_264_00, iban=BAILIFF_IBAN)]))
    assert given(await bailiff.news())[meant.invoice_id] == (eur(45_00), eur(5_00))
    assert await queue(bailiff) == []


async def test_a_row_is_not_placed_where_nothing_is_open(bailiff: World) -> None:
    first, second = await two_bills(bailiff)
    told = (await upload(bailiff, with_a_stray(first, second))).json()
    await bailiff.upload(camt053([paid(1_264_00, iban=BAILIFF_IBAN)]))
    path = f"/remittances/{told['id']}/strays"
    closed = await act(bailiff, f"{path}/4", {"invoice_id": str(first.invoice_id)})
    assert closed.status_code == 409
    unknown = await act(bailiff, f"{path}/2", {"invoice_id": str(first.invoice_id)})
    assert unknown.status_code == 404
    (item,) = await queue(bailiff)
    assert len(item["strays"]) == 1


async def test_two_equal_sums_are_for_a_person(bailiff: World) -> None:
    told = (await upload(bailiff, specified(*await two_bills(bailiff)))).json()
    line = paid(1_219_00, iban=BAILIFF_IBAN)
    await bailiff.upload(camt053([line, line]))
    assert len(await queue(bailiff)) == 2
    shown = await bailiff.get(f"/remittances/{told['id']}")
    assert (shown["status"], len(shown["waiting_sums"])) == ("waiting", 2)


async def test_a_bill_paid_meanwhile_leaves_its_part_on_the_payment(bailiff: World) -> None:
    """60.00 of the 100.00 came from the debtor: 40.00 less the fee is what can be placed."""
    first, second = await two_bills(bailiff)
    await upload(bailiff, specified(first, second))
    await bailiff.upload(camt053([paid(60_00, reference=first.rf_reference)], number=1))
    await bailiff.news()
    later = camt053([paid(1_219_00, iban=BAILIFF_IBAN)], number=2, opening=60_00)
    await bailiff.upload(later)
    assert given(await bailiff.news())[first.invoice_id] == (eur(25_00), eur(15_00))
    (item,) = await queue(bailiff)
    assert (item["reason"], item["unallocated"]["amount"]) == ("specification_rest", 60_00)


async def test_a_sum_that_came_before_its_sender_was_known_is_found_by_the_job(
    world: World,
) -> None:
    first, second = await two_bills(world)
    await world.upload(camt053([paid(1_219_00, iban=BAILIFF_IBAN, text="afdracht")]))
    body = {"name": "Deurwaarder Voorbeeld", "iban": BAILIFF_IBAN, "layout": LAYOUT}
    await world.payments.put("/remittance-senders/dw", json=body)
    (job,) = [job for job in JOBS if job.name == "settle_remittances"]
    service = world.payments.service
    await job.run(service, world.payments.creditor_id, service.clock.now().date())
    (item,) = await queue(world)
    assert item["reason"] == "awaits_specification"
    assert (await upload(world, specified(first, second))).json()["status"] == "settled"


async def test_a_specification_of_thousands_of_rows_is_taken_apart_in_one_piece(
    bailiff: World,
) -> None:
    """So many are handled in steps: what an earlier step gave to a bill is not open for a later
    one, and nobody sees half of it."""
    bill, paid_off = await bailiff.issue(1, 550_00), await bailiff.issue(2, 1_00)
    rows = "".join(f"{bill.number};0,10;0,01;0,09;20-03-2026\n" for _ in range(6_000))
    text = f"{HEADING}{rows}{paid_off.number};1,00;0,00;1,00;21-03-2026\n"
    text += "Dossier 77-X;0,50;0,00;0,50;22-03-2026\n"
    told = (await upload(bailiff, text)).json()
    assert (told["parts"], told["gross"]["amount"], len(told["specified"])) == (
        6_002,
        601_50,
        1_000,
    )
    await bailiff.upload(camt053([paid(541_50, iban=BAILIFF_IBAN)]))
    news = [e for e in await bailiff.news() if isinstance(e, PaymentAllocated)]
    shares = [part for event in news for part in event.allocations]
    assert sum(part.amount.minor for part in shares) == 550_00 * 9 // 10 + 1_00
    (item,) = await queue(bailiff)
    assert (item["reason"], item["unallocated"]["amount"]) == ("specification_unknown", 45_50)
    for one in (bill, paid_off):
        shown = await bailiff.get(f"/open-items/{one.invoice_id}")
        assert shown["available"]["amount"] == 0
    path = f"/remittances/{told['id']}/parts?limit=200"
    first = await bailiff.get(path)
    second = await bailiff.get(f"{path}&cursor={first['next_cursor']}")
    lines = [part["line"] for page in (first, second) for part in page["items"]]
    assert lines == list(range(2, 402))
    assert first["items"][0]["invoice_number"] == bill.number


async def test_one_account_belongs_to_one_sender(bailiff: World) -> None:
    body = {"name": "Ander", "iban": "nl69 ingb 0123 4567 89", "layout": LAYOUT}
    taken = await bailiff.payments.call("PUT", "/remittance-senders/ander", json=body)
    assert taken.status_code == 409
    unseen = await bailiff.payments.call("PUT", "/remittance-senders/dw", json=body)
    assert unseen.status_code == 428
