"""Somebody is erased while money is on its way to or from them: only theirs stops."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.payments.models import Transfer
from shared.db import Scope
from shared.ids import uuid7
from tests.factories.payments import camt053, customer_changed, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_debit_life import COLLECT_ON, bill, customer, mandate, texts
from tests.integration.payments.test_transfers import PAYER, ask


async def overpaid_by(world: World, *customer_ids: UUID) -> list[Any]:
    """A refund asked for and approved for each: of 10, 20 euros and so on."""
    lines = []
    for count, customer_id in enumerate(customer_ids, start=1):
        await world.hear(customer_changed(customer_id, f"K{count}"))
        issued = await world.issue(count, 6_000, customer_id)
        cents = 6_000 + 1_000 * count
        lines.append(paid(cents, reference=issued.rf_reference, name="A. Voorbeeld", iban=PAYER))
    await world.upload(camt053(lines))
    payments = (await world.get("/payments"))["items"]
    asked = [await ask(world, payment) for payment in payments]
    for transfer in asked:
        await world.approve(f"/transfers/{transfer['id']}/approve")
    return sorted(asked, key=lambda transfer: int(transfer["amount"]["amount"]))


async def forget(world: World, customer_id: UUID, number: str) -> None:
    await world.hear(customer_changed(customer_id, number, version=2, name="", erased=True))


async def download(world: World, file: Any) -> Any:
    return await world.payments.call("GET", f"/transfer-files/{file['id']}/file")


async def test_a_refund_to_somebody_who_is_forgotten_ends_alone_and_says_why(world: World) -> None:
    """Its payment has the rest back; the other refund goes to the bank."""
    gone, stays = uuid7(), uuid7()
    to_gone, to_stays = await overpaid_by(world, gone, stays)
    await forget(world, gone, "K1")
    ended = await world.get(f"/transfers/{to_gone['id']}")
    assert (ended["status"], ended["reason"]) == ("cancelled", "payee_erased")
    payment = await world.get(f"/payments/{to_gone['payment_id']}")
    assert payment["unallocated"]["amount"] == 1_000
    file = await world.post("/transfer-files", {})
    assert (file["transfers"], file["total"]["amount"]) == (1, 2_000)
    assert texts((await download(world, file)).content, "EndToEndId") == [to_stays["end_to_end_id"]]
    assert (await world.get("/reconciliation"))["agrees"]


async def test_a_payee_whose_key_is_gone_does_not_stop_the_file(world: World) -> None:
    """Asked for at the moment of the erasure: the file finds out, whether it was chosen or not."""
    gone, *others = uuid7(), uuid7(), uuid7()
    to_gone, *rest = await overpaid_by(world, gone, *others)
    scope = Scope(world.payments.creditor_id, "system:test")
    async with world.payments.service.db.write(scope) as session:
        await world.payments.service.vault.destroy(session, gone)
    chosen = {"transfer_ids": [to_gone["id"], rest[0]["id"]]}
    file = await world.post("/transfer-files", chosen)
    assert (file["transfers"], file["total"]["amount"]) == (1, 2_000)
    ended = await world.get(f"/transfers/{to_gone['id']}")
    assert (ended["status"], ended["reason"], ended["name"]) == ("cancelled", "payee_erased", None)
    assert (await world.get("/reconciliation"))["agrees"]


async def test_a_file_that_was_made_is_the_same_after_one_of_its_payees_is_forgotten(
    world: World,
) -> None:
    gone, stays = uuid7(), uuid7()
    to_gone, _ = await overpaid_by(world, gone, stays)
    file = await world.post("/transfer-files", {})
    before = await download(world, file)
    await forget(world, gone, "K1")
    after = await download(world, file)
    assert after.status_code == 200, after.text
    assert after.content == before.content
    shown = await world.get(f"/transfers/{to_gone['id']}")
    assert (shown["status"], shown["name"], shown["iban"]) == ("in_file", None, None)


async def test_no_account_of_somebody_who_is_forgotten_can_be_found_any_more(
    world: World,
) -> None:
    """Executed, in a file or ended: what is left of a transfer has no trace of the account."""
    gone, stays = uuid7(), uuid7()
    await overpaid_by(world, gone, stays)
    await world.post("/transfer-files", {})
    await forget(world, gone, "K1")
    scope = Scope(world.payments.creditor_id, "system:test")
    async with world.payments.service.db.read(scope) as session:
        rows = (await session.scalars(select(Transfer))).all()
    assert {row.customer_id: row.iban_index is None for row in rows} == {gone: True, stays: False}
    assert (await world.get("/transfers?looks_executed=true"))["items"] == []


async def test_a_run_is_released_without_the_debit_of_somebody_who_is_forgotten(
    world: World,
) -> None:
    owners = [await customer(world, count) for count in (1, 2)]
    for count, owner in enumerate(owners, start=1):
        await mandate(world, owner, count)
        await bill(world, owner, count)
    batch = await world.post("/debit-batches", {"collect_on": COLLECT_ON.isoformat()})
    await forget(world, owners[0], "K1")
    released = await world.approve(f"/debit-batches/{batch['id']}/release")
    assert {status: one["debits"] for status, one in released["by_status"].items()} == {
        "cancelled": 1,
        "submitted": 1,
    }
    answer = await world.payments.call("GET", f"/debit-batches/{batch['id']}/file")
    assert texts(answer.content, "MndtId") == ["M-2"]


async def test_a_released_run_whose_file_cannot_be_made_any_more_is_taken_back_and_planned_anew(
    world: World,
) -> None:
    owners = [await customer(world, count) for count in (1, 2)]
    for count, owner in enumerate(owners, start=1):
        await mandate(world, owner, count)
        await bill(world, owner, count)
    plan = {"collect_on": COLLECT_ON.isoformat()}
    batch = await world.post("/debit-batches", plan)
    await world.approve(f"/debit-batches/{batch['id']}/release")
    await forget(world, owners[0], "K1")
    refused = await world.payments.call("GET", f"/debit-batches/{batch['id']}/file")
    assert (refused.status_code, "plan anew" in refused.json()["detail"]) == (409, True)
    await world.post(f"/debit-batches/{batch['id']}/withdraw", {"code": "TECH"})
    again = await world.post("/debit-batches", plan)
    assert (again["total"]["debits"], again["left_out"]) == (1, {"no_active_mandate": 1})
