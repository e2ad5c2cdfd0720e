"""Bank accounts and what they allow: gaps, whether customers pay to them, how CSV is laid out."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.payments.formats.csv_layouts import LAYOUTS
from shared.events.payments import BankAccountChanged
from tests.factories.payments import IBAN, camt053, paid
from tests.integration.payments.conftest import World


async def only_account(world: World) -> Any:
    (account,) = (await world.get("/bank-accounts"))["items"]
    return account


async def change(world: World, account: Any, **settings: Any) -> Any:
    body = {"name": account["name"], **settings}
    headers = {"If-Match": f'"{account["version"]}"'}
    return await world.payments.put(
        f"/bank-accounts/{account['id']}/settings", json=body, headers=headers
    )


async def test_an_account_that_refuses_gaps_takes_only_what_joins(world: World) -> None:
    await change(world, await only_account(world), on_gap="refuse")
    await world.upload(camt053([paid(100)], number=1))
    later = camt053([paid(100)], number=3, opening=350, day=date(2026, 4, 3))
    refused = await world.payments.call("POST", "/statements", content=later)
    assert (refused.status_code, refused.json()["code"]) == (409, "statement_missing")
    again = camt053([paid(100), paid(5)], number=1)
    refused = await world.payments.call("POST", "/statements", content=again)
    assert (refused.status_code, refused.json()["code"]) == (409, "statement_already_stored")
    await world.upload(camt053([paid(250)], number=2, opening=100, day=date(2026, 4, 2)))
    assert (await world.upload(later))["gaps"] == []


async def test_an_account_that_accepts_gaps_tells_of_them(world: World) -> None:
    await world.upload(camt053([paid(100)], number=1))
    later = camt053([paid(100)], number=3, opening=350, day=date(2026, 4, 3))
    (told,) = (await world.upload(later))["gaps"]
    assert (told["reason"], told["difference"]["amount"]) == ("balance_differs", 250)
    assert (await world.get("/statements/gaps"))["items"] == [told]
    await world.upload(camt053([paid(250)], number=2, opening=100, day=date(2026, 4, 2)))
    assert (await world.get("/statements/gaps"))["items"] == []


async def test_settings_somebody_else_changed_are_not_overwritten(world: World) -> None:
    before = await only_account(world)
    await change(world, before, on_gap="refuse")
    answer = await world.payments.call(
        "PUT",
        f"/bank-accounts/{before['id']}/settings",
        json={"name": "Mine"},
        headers={"If-Match": f'"{before["version"]}"'},
    )
    assert answer.status_code == 412
    shown = await world.get(f"/bank-accounts/{before['id']}")
    assert (shown["on_gap"], shown["version"]) == ("refuse", before["version"] + 1)


async def test_it_is_told_when_customers_no_longer_pay_to_an_account(world: World) -> None:
    changed = await change(world, await only_account(world), collects=False)
    (told,) = await world.news()
    assert isinstance(told, BankAccountChanged)
    assert (told.collects, told.version) == (False, changed["version"])
    await change(world, changed, collects=False, on_gap="refuse")
    assert await world.news() == []


ROWS = (
    "IBAN,Date,Text,Amount\n"
    f"{IBAN},2026-04-01,factuur {{number}},12.50\n"
    f"{IBAN},2026-04-01,kosten,-1.00\n"
)
MAPPING: dict[str, Any] = {
    "delimiter": ",",
    "decimal_mark": ".",
    "currency": "EUR",
    "columns": {"booked_on": "Date", "amount": "Amount", "account": "IBAN", "texts": ["Text"]},
}


async def put_mapping(world: World, mapping: dict[str, Any]) -> Any:
    account = await only_account(world)
    return await world.payments.call(
        "PUT",
        f"/bank-accounts/{account['id']}/csv-mapping",
        json=mapping,
        headers={"If-Match": f'"{account["version"]}"'},
    )


async def test_a_csv_is_read_by_the_mapping_of_its_account(world: World) -> None:
    issued = await world.issue(1, 1_250)
    content = ROWS.format(number=issued.number).encode()
    refused = await world.payments.call("POST", "/statements", content=content)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_file")
    stored = await put_mapping(world, MAPPING)
    assert (stored.status_code, stored.json()["delimiter"]) == (200, ",")
    result = await world.upload(content)
    assert (result["payments"], result["matched"], result["other"]) == (1, 1, 1)
    account = await only_account(world)
    more = content + f"{IBAN},2026-04-02,nog iets,3.00\n".encode()
    again = await world.payments.post(f"/statements?account_id={account['id']}", content=more)
    assert (again["statements"][0]["entries_known_before"], again["lines"]) == (2, 1)
    assert (await world.get("/reconciliation"))["agrees"]


async def test_a_mapping_that_contradicts_itself_is_refused(world: World) -> None:
    columns = {**MAPPING["columns"], "debit": "Amount"}
    answer = await put_mapping(world, {**MAPPING, "columns": columns})
    assert answer.status_code == 422
    account = await only_account(world)
    absent = await world.payments.call("GET", f"/bank-accounts/{account['id']}/csv-mapping")
    assert absent.status_code == 404


async def test_a_known_layout_can_be_stored_as_it_is(world: World) -> None:
    for layout in LAYOUTS.values():
        answer = await put_mapping(world, layout.model_dump(mode="json"))
        assert answer.status_code == 200
