"""Paid bills that are credited: what nobody needs any more is the customer's, on both sides."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.payments import camt053, paid
from tests.integration.payments.both import Both
from tests.integration.payments.test_queue_ledger import BILL, both

__all__ = ["both"]


async def paid_bill(both: Both, *cents: int) -> dict[str, Any]:
    """The first customer's bill, paid by these payments one after the other."""
    item = (await both.payments.get("/open-items"))["items"][0]
    invoice: dict[str, Any] = await both.billing.get(f"/invoices/{item['invoice_id']}")
    booked = 0
    for number, minor in enumerate(cents, start=1):
        line = paid(minor, reference=invoice["rf_reference"])
        file = camt053([line], number=number, opening=booked)
        await both.payments.post("/statements", content=file)
        await both.carry()
        booked += minor
    return invoice


async def credit(both: Both, invoice: dict[str, Any], percent: int) -> int:
    """A credit note over a share of it; the minor units it takes back."""
    minor = BILL * percent // 100
    body = {"reason": "wrong reading", "amount": {"amount": minor, "currency": "EUR"}}
    await both.billing.post(f"/invoices/{invoice['id']}/credit", json=body)
    await both.carry()
    return minor


async def credits_of(both: Both, invoice: dict[str, Any]) -> list[tuple[int, str]]:
    shown = await both.payments.get(f"/customers/{invoice['customer_id']}/credit")
    return [(part["credit"]["amount"], part["reason"]) for part in shown["payments"]]


@pytest.mark.parametrize("percent", [30, 100])
async def test_what_a_credit_note_frees_is_the_customers_credit(both: Both, percent: int) -> None:
    """The invoice keeps what it still needs of the payment, and no surplus lies on it."""
    invoice = await paid_bill(both, BILL)
    freed = await credit(both, invoice, percent)
    assert await credits_of(both, invoice) == [(freed, "invoice_credited")]
    item = (await both.billing.get(f"/invoices/{invoice['id']}"))["open_item"]
    assert (item["open"]["amount"], item["surplus"]["amount"]) == (0, 0)
    books = await both.accounts()
    assert books["unallocated"] == -freed
    assert "customer_credit" not in books
    await both.agree()


async def test_the_last_of_several_payments_gives_back_first(both: Both) -> None:
    invoice = await paid_bill(both, 5_000, BILL - 5_000)
    freed = await credit(both, invoice, 50)
    assert sorted(await credits_of(both, invoice)) == sorted(
        [(BILL - 5_000, "invoice_credited"), (freed - (BILL - 5_000), "invoice_credited")]
    )
    await both.agree()


async def test_a_second_credit_note_frees_no_more_than_it_takes_back(both: Both) -> None:
    invoice = await paid_bill(both, BILL)
    freed = [await credit(both, invoice, percent) for percent in (30, 20)]
    assert await credits_of(both, invoice) == [(sum(freed), "invoice_credited")]
    await both.agree()


async def test_a_credit_note_over_an_open_bill_frees_nothing(both: Both) -> None:
    invoice = await paid_bill(both, 1_000)
    await credit(both, invoice, 50)
    assert await credits_of(both, invoice) == []
    assert (await both.payments.get("/queue"))["items"] == []
    await both.agree()
