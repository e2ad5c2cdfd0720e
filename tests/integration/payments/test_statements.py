from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from services.payments.app import create_app
from services.payments.config import Settings
from shared.events.payments import PaymentAllocated, PaymentReceived
from shared.ids import uuid7
from shared.testing.served import Served
from tests.factories.payments import Booked, Part, camt053, eur, paid
from tests.integration.payments.conftest import World


async def test_a_payment_with_its_reference_is_allocated_and_told(world: World) -> None:
    issued = await world.issue(1, 5_000)
    result = await world.upload(camt053([paid(5_000, reference=issued.rf_reference)]))
    assert (result["payments"], result["matched"], result["queued"]) == (1, 1, 0)
    assert result["statements"][0]["difference"] == {"amount": 0, "currency": "EUR"}
    received, allocated = await world.news()
    assert isinstance(received, PaymentReceived)
    assert (received.customer_id, received.amount) == (issued.customer_id, eur(5_000))
    assert isinstance(allocated, PaymentAllocated)
    assert allocated.matched_by == "reference"
    assert [(a.invoice_id, a.amount) for a in allocated.allocations] == [
        (issued.invoice_id, eur(5_000))
    ]


async def test_the_same_file_twice_changes_nothing_and_answers_the_same(world: World) -> None:
    issued = await world.issue(1, 5_000)
    content = camt053([paid(5_000, reference=issued.rf_reference)])
    first = await world.payments.call("POST", "/statements", content=content)
    await world.news()
    again = await world.payments.call("POST", "/statements", content=content)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert await world.news() == []


async def test_a_statement_of_a_strange_account_is_refused_with_its_line(world: World) -> None:
    content = camt053([paid(100)], iban="NL86INGB0002445588")
    refused = await world.payments.call("POST", "/statements", content=content)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], error["line"]) == ("account", 3)
    assert "NL86INGB0002445588" not in refused.text


async def test_a_registered_account_is_taken(world: World) -> None:
    body = {"iban": "NL86 INGB 0002 4455 88", "name": "Waarborgen"}
    await world.post("/bank-accounts", body)
    result = await world.upload(camt053([paid(100)], iban="NL86INGB0002445588"))
    assert result["payments"] == 1


async def test_a_file_that_breaks_off_stores_nothing(world: World) -> None:
    content = camt053([paid(100), paid(200)])[:-120]
    refused = await world.payments.call("POST", "/statements", content=content)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_file")
    assert (await world.get("/statements"))["items"] == []
    assert await world.news() == []


async def test_the_lines_of_a_statement_show_what_payers_wrote(world: World) -> None:
    line = paid(100, name="B. Betaler", iban="NL86INGB0002445588", text="dank u wel")
    result = await world.upload(camt053([line, paid(-250, text="kosten")]))
    statement_id = result["statements"][0]["id"]
    page = await world.get(f"/statements/{statement_id}/lines?limit=1")
    (shown,) = page["items"]
    assert (shown["name"], shown["texts"], shown["kind"]) == (
        "B. Betaler",
        ["dank u wel"],
        "payment",
    )
    page = await world.get(f"/statements/{statement_id}/lines?cursor={page['next_cursor']}")
    assert [item["kind"] for item in page["items"]] == ["other"]


async def test_the_original_bytes_can_be_had_again(world: World) -> None:
    content = camt053([paid(100)])
    result = await world.upload(content)
    back = await world.payments.call("GET", f"/statements/files/{result['file_id']}")
    assert back.content == content


async def test_a_statement_that_does_not_add_up_says_by_how_much(world: World) -> None:
    result = await world.upload(camt053([paid(100)], opening=1_000, closing=1_200))
    assert result["statements"][0]["difference"] == {"amount": -100, "currency": "EUR"}


async def test_an_mt940_statement_is_read_too(world: World) -> None:
    issued = await world.issue(1, 1_234)
    content = (
        ":20:STMT1\n:25:NL91ABNA0417164300 EUR\n:28C:1/1\n:60F:C260331EUR0,00\n"
        ":61:2604010401C12,34NTRFNONREF\n"
        f":86:/REMI/USTD//factuur {issued.number}/\n:62F:C260401EUR12,34\n"
    ).encode()
    result = await world.upload(content)
    assert (result["payments"], result["matched"]) == (1, 1)
    assert result["statements"][0]["difference"] == {"amount": 0, "currency": "EUR"}


async def test_another_creditor_sees_no_statement(world: World) -> None:
    await world.upload(camt053([paid(100)]))
    stranger = world.payments.token(creditors=[uuid7()])
    assert (await world.payments.get("/statements", token=stranger))["items"] == []


async def test_a_form_around_a_file_is_refused_in_words(world: World) -> None:
    refused = await world.payments.call(
        "POST", "/statements", files={"file": ("s.xml", camt053([paid(100)]))}
    )
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")


async def test_an_empty_body_is_refused(world: World) -> None:
    refused = await world.payments.call("POST", "/statements", content=b"")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")


async def test_the_same_idempotency_key_repeats_the_answer_and_refuses_another_file(
    world: World,
) -> None:
    headers = {"Idempotency-Key": "one"}
    content = camt053([paid(100)])
    first = await world.payments.call("POST", "/statements", content=content, headers=headers)
    again = await world.payments.call("POST", "/statements", content=content, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await world.payments.call(
        "POST", "/statements", content=camt053([paid(200)], number=2), headers=headers
    )
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_file_over_the_limit_is_refused(
    serve: Callable[..., Awaitable[Served]], creditor_id: UUID
) -> None:
    small = await serve("payments", create_app, Settings, creditor_id, statement_limit_bytes=999)
    refused = await small.call("POST", "/statements", content=camt053([paid(100)] * 9))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


async def test_a_file_with_too_many_lines_is_refused_with_the_line_that_is_one_too_many(
    serve: Callable[..., Awaitable[Served]], creditor_id: UUID
) -> None:
    """Details count, for each becomes a line; the limit is the operator's."""
    few = await serve("payments", create_app, Settings, creditor_id, statement_lines_max=4)
    parts = (Part(cents=50), Part(cents=50))
    content = camt053([paid(100), Booked(100, parts), Booked(100, parts)])
    refused = await few.call("POST", "/statements", content=content)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_file")
    (error,) = refused.json()["errors"]
    assert (error["field"], error["message"].split(":")[0]) == ("file", "more than 4 lines")
    assert b"<Ntry>" in content.splitlines()[error["line"] - 1]


MT940_DAY = (
    ":20:940A260401\n:25:NL91ABNA0417164300\n:28C:00000/00\n:60F:C260401EUR{opening}\n"
    "{entry}:62F:C260401EUR{closing}\n-\n"
)


async def test_a_bank_that_numbers_every_statement_alike_is_understood(world: World) -> None:
    """They join by their balances; one without entries comes twice and is kept once."""
    entry = ":61:2604010401C1,00NTRFNONREF\n"
    empty = MT940_DAY.format(opening="0,00", entry="", closing="0,00")
    first = MT940_DAY.format(opening="5,00", entry=entry, closing="6,00")
    second = MT940_DAY.format(opening="6,00", entry=entry, closing="7,00")
    result = await world.upload((empty + empty + first + second).encode())
    assert [s["entry_count"] for s in result["statements"]] == [0, 1, 1]
    again = await world.upload((second + second).encode())
    assert [s["kind"] for s in again["statements"]] == ["repeat", "repeat"]
    assert (again["lines"], [s["entries_known_before"] for s in again["statements"]]) == (0, [1, 1])
