"""What clerks do in payments, seen in billing's books: undone is as if it never was."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from services.billing.app import create_app as create_billing
from services.billing.config import Settings as BillingSettings
from services.payments.app import create_app as create_payments
from services.payments.config import Settings as PaymentsSettings
from shared.testing.served import Served
from tests.factories.billing import creditor_body
from tests.factories.payments import camt053, paid
from tests.integration.billing.test_billing_run import register, run_quarter
from tests.integration.payments.both import Both

# What one quarter costs each of the customers.
BILL = 7_348


@pytest.fixture
async def both(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> Both:
    """Three customers billed, known on both sides."""
    billing = await serve("billing", create_billing, BillingSettings, creditor_id)
    await billing.put(f"/creditors/{creditor_id}", json=creditor_body())
    payments = await serve("payments", create_payments, PaymentsSettings, creditor_id)
    made = Both(billing, payments)
    await register(billing, 3)
    await run_quarter(billing)
    await made.carry()
    return made


async def pay(both: Both, *cents: int) -> list[str]:
    """The paths of payments that nothing points at."""
    await both.payments.post("/statements", content=camt053([paid(amount) for amount in cents]))
    await both.carry()
    items = (await both.payments.get("/queue"))["items"]
    return [f"/payments/{item['payment_id']}" for item in items]


async def invoices(both: Both) -> list[str]:
    return [item["invoice_id"] for item in (await both.payments.get("/open-items"))["items"]]


def wish(invoice_id: str, cents: int, **changes: Any) -> dict[str, Any]:
    amount = {"amount": cents, "currency": "EUR"}
    return {"allocations": [{"invoice_id": invoice_id, "amount": amount}], **changes}


async def balances(both: Both) -> dict[str, int]:
    items = (await both.payments.get("/open-items"))["items"]
    return {item["invoice_id"]: item["open"]["amount"] for item in items}


async def test_a_move_leaves_nothing_behind_in_the_books(both: Both) -> None:
    (path,) = await pay(both, BILL)
    anna, bert, _ = await invoices(both)
    await both.payments.post(f"{path}/match", json=wish(anna, BILL))
    await both.carry()
    before = await both.accounts()
    assert "unallocated" not in before
    await both.payments.post(f"{path}/move", json=wish(bert, BILL))
    await both.carry()
    assert await both.accounts() == before
    opened = await balances(both)
    assert (opened[anna], opened[bert]) == (BILL, 0)
    await both.agree()


async def test_an_undone_match_restores_books_and_balances_exactly(both: Both) -> None:
    """Also what was given up beside the money, and what was split over two."""
    (path,) = await pay(both, BILL + 5_000)
    first, second, _ = await invoices(both)
    accounts, opened = await both.accounts(), await balances(both)
    body = wish(first, BILL - 3, write_off_rest=True)
    await both.payments.post(f"{path}/match", json=body)
    await both.payments.post(f"{path}/match", json=wish(second, 5_003))
    await both.carry()
    assert (await both.accounts())["small_differences"] == 3
    await both.agree()
    await both.payments.post(f"{path}/undo", json={})
    await both.carry()
    assert (await both.accounts(), await balances(both)) == (accounts, opened)
    await both.agree()


async def test_an_undo_before_billing_answered_restores_it_all_the_same(both: Both) -> None:
    (path,) = await pay(both, BILL)
    accounts, opened = await both.accounts(), await balances(both)
    (first, *_) = await invoices(both)
    await both.payments.post(f"{path}/match", json=wish(first, BILL))
    await both.payments.post(f"{path}/undo", json={})
    await both.carry()
    assert (await both.accounts(), await balances(both)) == (accounts, opened)
    await both.agree()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_clerks_do_can_be_undone_to_the_cent(both: Both, seed: int) -> None:
    """Matches, moves and undoings at random, billing hearing of them sooner or later."""
    dice = random.Random(seed)
    paths = await pay(both, 3_000, BILL, 2 * BILL + 1)
    accounts, opened = await both.accounts(), await balances(both)
    named = await invoices(both)
    done = 0
    for _ in range(24):
        path = dice.choice(paths)
        body = wish(dice.choice(named), dice.choice((500, 3_000, BILL - 2, BILL)))
        body["write_off_rest"] = dice.random() < 0.3
        verb, sent = dice.choice((("match", body), ("move", body), ("undo", {})))
        answer = await both.payments.call("POST", f"{path}/{verb}", json=sent)
        assert answer.status_code in {200, 409, 422}, answer.text
        done += answer.status_code == 200
        if dice.random() < 0.3:
            await both.carry()
    assert done > 3
    await both.carry()
    await both.agree()
    for path in paths:
        await both.payments.call("POST", f"{path}/undo", json={})
    await both.carry()
    assert (await both.accounts(), await balances(both)) == (accounts, opened)
    await both.agree()


async def test_a_credit_is_never_spent_on_somebody_else(both: Both) -> None:
    """Paid twice by one customer; the other open bills are not theirs."""
    first, second, _ = await invoices(both)
    reference = (await both.payments.get(f"/open-items/{first}"))["rf_reference"]
    line = paid(BILL, reference=reference)
    await both.payments.post("/statements", content=camt053([line, line]))
    await both.carry()
    customer_id = (await both.payments.get(f"/open-items/{first}"))["customer_id"]
    shown = await both.payments.get(f"/customers/{customer_id}/credit")
    assert shown["total"] == [{"amount": BILL, "currency": "EUR"}]
    assert (await both.accounts())["unallocated"] == -BILL
    refused = await both.payments.call(
        "POST", f"/customers/{customer_id}/credit/use", json={"invoice_ids": [second]}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "no_credit")


async def test_fees_a_bailiff_withheld_are_on_their_own_account(both: Both) -> None:
    """Three debtors paid him in full; he kept 10.00 of each."""
    iban = "NL69INGB0123456789"
    await both.payments.put(
        "/remittance-senders/dw",
        json={
            "name": "Deurwaarder Voorbeeld",
            "iban": iban,
            "layout": {"reference": "factuur", "gross": "bruto", "fee": "loon"},
        },
    )
    items = (await both.payments.get("/open-items"))["items"]
    rows = "\n".join(f"{item['number']};73,48;10,00" for item in items)
    sent = {"content": f"factuur;bruto;loon\n{rows}\n", "headers": {"Content-Type": "text/csv"}}
    await both.payments.post("/remittances?sender=dw", **sent)
    line = paid(3 * (BILL - 1_000), iban=iban)
    await both.payments.post("/statements", content=camt053([line]))
    await both.carry()
    accounts = await both.accounts()
    assert accounts["collection_fees"] == 3_000
    assert "unallocated" not in accounts
    assert "receivable.principal" not in accounts
    assert set((await balances(both)).values()) == {0}
    await both.agree()
