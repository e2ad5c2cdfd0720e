"""Trying a bank file over HTTP: the facts in it, nothing stored."""

from __future__ import annotations

from tests.factories.payments import camt053, paid
from tests.integration.payments.conftest import World


async def test_a_file_is_told_and_not_stored(world: World) -> None:
    content = camt053([paid(5_000), paid(250)])
    answer = await world.payments.call("POST", "/statements/read", content=content)
    assert answer.status_code == 200
    (told,) = answer.json()["statements"]
    assert (told["format"][:8], told["entries"], told["credit"]) == ("camt.053", 2, "52.50")
    assert (await world.get("/statements"))["items"] == []


async def test_a_refusal_names_line_and_field(world: World) -> None:
    content = camt053([paid(5_000)]).replace(b">50.00<", b">50..00<")
    answer = await world.payments.call("POST", "/statements/read", content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")
    (error,) = answer.json()["errors"]
    assert error["field"].endswith("Amt")
    assert error["line"] is not None


async def test_a_csv_is_read_by_the_layout_of_its_bank(world: World) -> None:
    content = b'"03-08-2026","NL91ABNA0417164300","1,50","Credit","N","","ET","t","2,50"\n'
    path = "/statements/read?mapping=triodos"
    answer = await world.payments.call("POST", path, content=content)
    (told,) = answer.json()["statements"]
    assert (told["opening"], told["closing"]) == ("1.00", "2.50")
    unknown = await world.payments.call("POST", "/statements/read?mapping=x", content=content)
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "mapping")
