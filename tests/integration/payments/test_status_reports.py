"""A bank refuses a file, a group of it, or single orders, before anything is booked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from shared.events.payments import DebitReturned, MandateChanged
from tests.factories.payments import camt053, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_debit_life import (
    OTHER_BANK,
    bill,
    collect,
    customer,
    file_of,
    mandate,
    texts,
)
from tests.integration.payments.test_transfers import ask, overpaid, sent


def report(
    reference: str,
    *,
    message: str = "pain.008.001.08",
    status: str = "PART",
    group: str = "",
    reason: str = "",
    orders: tuple[tuple[str, str, str], ...] = (),
) -> bytes:
    """`orders`: end-to-end id, status, reason."""

    def why(code: str) -> str:
        return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""

    told = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{order}</OrgnlEndToEndId>"
        f"<TxSts>{one}</TxSts>{why(code)}</TxInfAndSts>"
        for order, one, code in orders
    )
    groups = ""
    if group or orders:
        own = f"<PmtInfSts>{group}</PmtInfSts>" if group else ""
        groups = (
            f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{reference}</OrgnlPmtInfId>"
            f"{own}{told}</OrgnlPmtInfAndSts>"
        )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-04-07T09:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{reference}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>{message}</OrgnlMsgNmId><GrpSts>{status}</GrpSts>{why(reason)}"
        f"</OrgnlGrpInfAndSts>{groups}</CstmrPmtStsRpt></Document>"
    ).encode()


async def upload(world: World, content: bytes) -> Any:
    return await world.payments.post("/payment-status-reports", content=content)


async def debits_of(world: World, batch: Any) -> list[Any]:
    found: list[Any] = (await world.get(f"/debits?batch_id={batch['id']}"))["items"]
    return found


async def three_debits(world: World) -> Any:
    for count in (1, 2, 3):
        owner = await customer(world, count)
        await mandate(world, owner, count)
        await bill(world, owner, count)
    batch = await collect(world)
    await world.news()
    return batch


def test_the_reports_of_these_tests_are_valid_by_the_official_schema(shared_data: Path) -> None:
    schema = etree.XMLSchema(
        etree.parse(shared_data / "schemas" / "iso20022" / "pain.002.001.10.xsd")
    )
    made = report("INN1", group="PART", reason="FF01", orders=(("INN2", "RJCT", "AC01"),))
    schema.assertValid(etree.fromstring(made))


async def test_one_refused_debit_is_returned_before_it_was_collected(world: World) -> None:
    """The others fly on; the mandate of a wrong account is suspended; the item can be retried."""
    batch = await three_debits(world)
    first, *others = await debits_of(world, batch)
    content = report(batch["reference"], orders=((first["end_to_end_id"], "RJCT", "AC01"),))
    result = await upload(world, content)
    assert (result["rejected"], result["unchanged"]) == (1, 0)
    returned, changed = await world.news()
    assert isinstance(returned, DebitReturned)
    assert (str(returned.debit_id), returned.return_code) == (first["id"], "AC01")
    assert returned.never_collected
    assert isinstance(changed, MandateChanged)
    assert (changed.status, changed.reason) == ("suspended", "AC01")
    first, *others = await debits_of(world, batch)
    assert (first["status"], first["next_action"]) == ("returned", "ask_new_iban")
    assert [debit["status"] for debit in others] == ["submitted", "submitted"]
    assert await upload(world, content) == result
    assert await world.news() == []


@pytest.mark.parametrize("level", ["file", "group"])
async def test_a_file_or_group_refused_as_a_whole_can_be_collected_anew(
    world: World, level: str
) -> None:
    batch = await three_debits(world)
    refusal = {"status": "RJCT"} if level == "file" else {"group": "RJCT"}
    result = await upload(world, report(batch["reference"], reason="FF01", **refusal))
    assert result["rejected"] == 3
    assert len([e for e in await world.news() if isinstance(e, DebitReturned)]) == 3
    shown = await world.get(f"/debit-batches/{batch['id']}")
    assert shown["bank_status"] == ("RJCT" if level == "file" else "PART")
    assert list(shown["by_status"]) == ["returned"]
    again = await collect(world)
    assert again["total"]["debits"] == 3


@pytest.mark.parametrize("status", ["ACCP", "ACSC"])
async def test_an_accepted_file_changes_no_debit(world: World, status: str) -> None:
    batch = await three_debits(world)
    result = await upload(world, report(batch["reference"], status=status))
    assert (result["rejected"], result["status"]) == (0, status)
    assert (await world.get(f"/debit-batches/{batch['id']}"))["bank_status"] == status
    assert {debit["status"] for debit in await debits_of(world, batch)} == {"submitted"}


async def test_a_report_after_the_booking_changes_nothing(world: World) -> None:
    batch = await three_debits(world)
    first = (await debits_of(world, batch))[0]
    line = paid(first["amount"]["amount"], end_to_end_id=first["end_to_end_id"])
    await world.upload(camt053([line]))
    orders = ((first["end_to_end_id"], "RJCT", "AM04"),)
    result = await upload(world, report(batch["reference"], orders=orders))
    assert (result["rejected"], result["unchanged"]) == (0, 1)


async def test_an_amendment_in_a_refused_debit_is_told_again(world: World) -> None:
    owner = await customer(world)
    made = await mandate(world, owner, last_used_on="2026-01-15")
    change = {"json": {"iban": OTHER_BANK}, "headers": {"If-Match": '"1"'}}
    await world.payments.call("PATCH", f"/mandates/{made['id']}", **change)
    await bill(world, owner)
    batch = await collect(world)
    await upload(world, report(batch["reference"], status="RJCT", reason="FF01"))
    again = await file_of(world, await collect(world))
    assert texts(again, "AmdmntInd") == ["true"]


@pytest.mark.parametrize("how", ["refused", "withdrawn"])
async def test_what_a_first_collection_told_was_not_heard_when_it_was_refused(
    world: World, how: str
) -> None:
    """The account was wrong from the start. The debtor's bank never saw the mandate: the next
    collection is its first again, and amends nothing."""
    settings = {"marks_first": True}
    await world.payments.put("/sepa-settings", json=settings, headers={"If-Match": '"0"'})
    owner = await customer(world)
    made = await mandate(world, owner)
    await bill(world, owner)
    batch = await collect(world)
    if how == "refused":
        await upload(world, report(batch["reference"], status="RJCT", reason="FF01"))
    else:
        await world.approve(f"/debit-batches/{batch['id']}/withdraw", {"code": "TECH"})
    shown = await world.payments.call("GET", f"/mandates/{made['id']}")
    change = {"json": {"iban": OTHER_BANK}, "headers": {"If-Match": shown.headers["ETag"]}}
    await world.payments.call("PATCH", f"/mandates/{made['id']}", **change)
    again = await file_of(world, await collect(world))
    assert (texts(again, "SeqTp"), texts(again, "AmdmntInd")) == (["FRST"], [])


async def test_what_another_debit_told_was_heard(world: World) -> None:
    """Two bills in one run, of which the bank refuses one: the other told it of the mandate."""
    owner = await customer(world)
    made = await mandate(world, owner)
    for count in (1, 2):
        await bill(world, owner, count)
    batch = await collect(world)
    first = (await debits_of(world, batch))[0]
    await upload(
        world, report(batch["reference"], orders=((first["end_to_end_id"], "RJCT", "FF01"),))
    )
    shown = await world.payments.call("GET", f"/mandates/{made['id']}")
    change = {"json": {"iban": OTHER_BANK}, "headers": {"If-Match": shown.headers["ETag"]}}
    await world.payments.call("PATCH", f"/mandates/{made['id']}", **change)
    again = await file_of(world, await collect(world))
    assert texts(again, "AmdmntInd") == ["true"]


async def test_a_refused_transfer_gives_the_payment_its_rest_back(world: World) -> None:
    payment = await overpaid(world)
    asked = await ask(world, payment)
    file = await sent(world, asked)
    orders = ((asked["end_to_end_id"], "RJCT", "AC04"),)
    content = report(file["reference"], message="pain.001.001.09", orders=orders)
    assert (await upload(world, content))["rejected"] == 1
    shown = await world.get(f"/transfers/{asked['id']}")
    assert (shown["status"], shown["reason"]) == ("rejected", "AC04")
    (item,) = (await world.get("/queue"))["items"]
    assert item["unallocated"]["amount"] == 4_000
    assert (await world.get("/reconciliation"))["agrees"]


@pytest.mark.parametrize(
    ("content", "status"),
    [(report("SOMEBODY-ELSES"), 422), (report("INN" + "0" * 32), 404), (b"<a/>", 422)],
)
async def test_a_report_on_a_file_that_is_not_ours_is_refused(
    world: World, content: bytes, status: int
) -> None:
    answer = await world.payments.call("POST", "/payment-status-reports", content=content)
    assert answer.status_code == status
