"""Each road of the story, seen from outside after it was played."""

from __future__ import annotations

from collections import Counter

import httpx
import pytest

from deploy.demo import setting
from deploy.demo.__main__ import calls_to
from deploy.demo.cast import Role
from deploy.demo.quiet import until_quiet
from deploy.local.settings import HOST
from tests.e2e.conftest import CUSTOMERS, Stack, Told

pytestmark = pytest.mark.e2e


async def balances(told: Told, role: Role) -> list[tuple[str, int]]:
    """Status and open cents of the invoice of everybody in `role`."""
    found = []
    for person in told.story.roles[role]:
        bill = told.story.bills[person.number]
        item = (await told.calls.get("billing", f"/invoices/{bill.id}"))["open_item"]
        found.append((item["status"], item["open"]["amount"]))
    return found


async def stories(told: Told, role: Role) -> list[Counter[str]]:
    """The steps collections took with everybody in `role`."""
    taken = []
    for person in told.story.roles[role]:
        customer_id = told.story.customer_ids[person.number]
        cases = await told.calls.all("collections", "/cases", customer_id=customer_id)
        steps: Counter[str] = Counter()
        for case in cases:
            shown = await told.calls.get("collections", f"/cases/{case['id']}")
            steps.update(step["code"] for step in shown["steps"])
        taken.append(steps)
    return taken


def test_everything_adds_up_to_the_cent(told: Told) -> None:
    assert [check.name for check in told.outcome.checks if not check.holds] == []
    assert len(told.outcome.checks) >= 14


def test_every_customer_was_billed_once_with_gapless_numbers(told: Told) -> None:
    numbers = sorted(bill.number for bill in told.story.bills.values())
    assert numbers == [f"2026{count:07}" for count in range(1, CUSTOMERS + 1)]


@pytest.mark.parametrize(
    "role",
    ["debited", "pays_structured", "pays_kenmerk_in_text", "pays_number_in_text", "pays_by_link"],
)
async def test_who_pays_in_time_is_left_in_peace(told: Told, role: Role) -> None:
    found = await balances(told, role)
    assert found
    assert set(found) == {("settled", 0)}
    assert all(not steps for steps in await stories(told, role))


@pytest.mark.parametrize("role", ["pays_too_much", "pays_twice"])
async def test_money_beyond_the_bill_is_kept_for_the_customer(told: Told, role: Role) -> None:
    assert set(await balances(told, role)) == {("settled", 0)}
    queued = await told.calls.all("payments", "/queue")
    owners = {item["customer_number"] for item in queued if item["unallocated"]["amount"]}
    assert {person.number for person in told.story.roles[role]} <= owners


@pytest.mark.parametrize(
    ("role", "matched_by"),
    [("pays_wrong_reference", "reference_repaired"), ("pays_without_reference", "accepted")],
)
async def test_a_slip_in_the_reference_needs_no_clerk_and_a_missing_one_does(
    told: Told, role: Role, matched_by: str
) -> None:
    """Digits that changed places, a name and an amount point at one bill; a name alone does not."""
    assert set(await balances(told, role)) == {("settled", 0)}
    people = {told.story.customer_ids[person.number] for person in told.story.roles[role]}
    payments = await told.calls.all("payments", "/payments")
    mine = [
        await told.calls.get("payments", f"/payments/{payment['id']}")
        for payment in payments
        if payment["customer_id"] in people
    ]
    assert len(mine) == len(people)
    assert {part["matched_by"] for one in mine for part in one["allocations"]} == {matched_by}


async def test_strangers_wait_in_the_queue(told: Told) -> None:
    queued = await told.calls.all("payments", "/queue")
    assert sorted(i["amount"]["amount"] for i in queued if i["customer_id"] is None) == [
        99,
        4_250,
        12_000,
    ]


@pytest.mark.parametrize("code", ["AM04", "MS03", "MD06"])
async def test_a_returned_debit_opens_the_bill_again(told: Told, code: str) -> None:
    role: Role = f"returned_{code}"  # type: ignore[assignment]
    people = told.story.roles[role]
    for person, steps in zip(people, await stories(told, role), strict=True):
        assert steps["debit_return_contact"] == 1
        debits = await told.calls.all(
            "payments", "/debits", customer_id=told.story.customer_ids[person.number]
        )
        assert [(debit["status"], debit["return_code"]) for debit in debits] == [("returned", code)]


async def test_the_ladder_reaches_costs_interest_and_a_call(told: Told) -> None:
    for steps in (await stories(told, "never_pays"))[1:]:
        assert [
            steps[step]
            for step in (
                "friendly_reminder",
                "second_reminder",
                "fourteen_day_letter",
                "impose_costs",
                "call",
            )
        ] == [1, 1, 1, 1, 1]
    for status, cents in (await balances(told, "never_pays"))[1:]:
        assert status == "open"
        assert cents > 4_000


async def test_who_pays_after_a_reminder_pays_no_costs(told: Told) -> None:
    assert set(await balances(told, "pays_after_reminder")) == {("settled", 0)}
    for steps in await stories(told, "pays_after_reminder"):
        assert steps == {"friendly_reminder": 1}
    for steps in await stories(told, "pays_after_letter"):
        assert "impose_costs" not in steps


async def test_arrangements_end_by_themselves(told: Told) -> None:
    endings = {}
    for role in ("keeps_arrangement", "breaks_arrangement"):
        (person,) = told.story.roles[role]  # type: ignore[index]
        customer_id = told.story.customer_ids[person.number]
        (shown,) = await told.calls.all("collections", "/arrangements", customer_id=customer_id)
        endings[role] = shown["status"]
    assert endings == {"keeps_arrangement": "completed", "breaks_arrangement": "broken"}
    assert await balances(told, "keeps_arrangement") == [("settled", 0)]


async def test_a_dispute_stops_the_ladder(told: Told) -> None:
    (steps,) = await stories(told, "disputes")
    assert steps == {"friendly_reminder": 1}


async def test_a_credited_bill_is_closed_and_never_reminded(told: Told) -> None:
    assert await balances(told, "is_credited") == [("credited", 0)]
    assert all(not steps for steps in await stories(told, "is_credited"))


async def test_every_bill_was_sent_once_and_the_bytes_are_kept(told: Told, stack: Stack) -> None:
    mail = f"http://{HOST}:{stack.settings.ports.mailbox}"
    person = next(p for p in told.story.roles["pays_by_link"] if p.email)
    customer_id = told.story.customer_ids[person.number]
    messages = await told.calls.all("notifications", "/messages", customer_id=customer_id)
    assert [message["template"] for message in messages] == ["invoice"]
    kept = await told.calls.raw("notifications", f"/messages/{messages[0]['id']}/content")
    async with httpx.AsyncClient() as client:
        listed = await client.get(f"{mail}/api/messages", params={"to": person.email, "limit": 9})
        caught = [
            (await client.get(f"{mail}/api/messages/{mail_id}/raw")).content
            for mail_id in (row["id"] for row in listed.json()["messages"])
        ]
    same = [raw for raw in caught if plain(raw) == plain(kept)]
    assert len(same) == 1


def plain(mail: bytes) -> bytes:
    return mail.replace(b"\r\n", b"\n").strip()


async def test_another_creditor_sees_nothing_of_it(told: Told, stack: Stack) -> None:
    async with calls_to(stack.settings) as stranger:
        await stranger.put("billing", f"/creditors/{stranger.creditor_id}", setting.CREDITOR)
        await until_quiet(stranger, told.story.days[-1])
        for service, path in (
            ("billing", "/customers"),
            ("billing", "/invoices"),
            ("payments", "/payments"),
            ("payments", "/queue"),
            ("collections", "/cases"),
            ("collections", "/worklist"),
            ("notifications", "/messages"),
        ):
            assert await stranger.all(service, path) == [], path


async def test_no_log_line_holds_a_name_an_address_or_an_iban(told: Told, stack: Stack) -> None:
    secrets = set()
    for person in told.story.people:
        secrets |= {person.iban, person.name, person.email or person.name}
        secrets.add(f"{person.street} {person.house_number}")
    logs = {name: text for name, text in stack.logs().items() if not name.startswith("mailbox")}
    assert len(logs) >= 10
    leaks = [(name, s) for name, text in logs.items() for s in secrets if s in text]
    assert leaks == []
