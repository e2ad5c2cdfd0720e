"""Money that may be on its way: nobody is reminded of what is being collected or paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.events.collections import MessageRequested
from shared.events.payments import (
    DebitReturned,
    DebitSubmitted,
    ProviderPaymentEnded,
    ProviderPaymentStarted,
)
from shared.ids import uuid7
from tests.factories.collections import euro
from tests.integration.collections.world import World

DUE = date(2026, 8, 31)


def submitted(debit: UUID, invoice: UUID, customer: UUID, on: date) -> DebitSubmitted:
    return DebitSubmitted(
        debit_id=debit, invoice_id=invoice, customer_id=customer, amount=euro(6400), collect_on=on
    )


def returned(
    debit: UUID, invoice: UUID, customer: UUID, on: date, code: str = "MD06", **changes: Any
) -> DebitReturned:
    return DebitReturned(
        debit_id=debit,
        invoice_id=invoice,
        customer_id=customer,
        amount=euro(6400),
        return_code=code,
        returned_on=on,
        **changes,
    )


# What payments says of a return that is no doing of the debtor.
OUR_FAULT = {"next_action": "fix_file", "concerns_debtor": False}


async def test_a_debit_in_flight_holds_the_reminder_back(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    await world.tell(submitted(uuid7(), invoice, customer, date(2026, 9, 9)))
    await world.advance(date(2026, 9, 10))
    assert world.messages() == []
    explained = await world.served.get(f"/customers/{customer}/explanation")
    assert explained["decision"]["reason"]["code"] == "debit_in_flight"


async def test_a_debit_returned_after_weeks_is_contacted_first_and_free_of_costs(
    world: World,
) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    debit = uuid7()
    await world.tell(submitted(debit, invoice, customer, DUE))
    payment = await world.pay(invoice, 6400)
    await world.wake_up(date(2026, 10, 20))
    assert world.messages() == []
    await world.tell(returned(debit, invoice, customer, date(2026, 10, 20)))
    await world.reverse(invoice, payment, "MD06")
    contact = world.last(MessageRequested)
    assert (contact.template, contact.return_code) == ("direct_debit_returned", "MD06")
    assert contact.items[0].due_on == DUE
    await world.advance(date(2026, 11, 17))
    assert world.messages() == [
        (date(2026, 10, 20), "direct_debit_returned"),
        (date(2026, 11, 3), "second_reminder"),
        (date(2026, 11, 17), "fourteen_day_letter"),
    ]
    assert world.charges() == []


async def test_the_return_may_be_told_by_billing_first(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    debit = uuid7()
    await world.tell(submitted(debit, invoice, customer, DUE))
    payment = await world.pay(invoice, 6400)
    await world.wake_up(date(2026, 10, 20))
    await world.reverse(invoice, payment, "AM04")
    await world.tell(returned(debit, invoice, customer, date(2026, 10, 19), "AM04"))
    await world.settle()
    assert [template for _, template in world.messages()] == ["direct_debit_returned"]


async def test_a_debit_that_is_tried_again_holds_the_ladder_again(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    first = uuid7()
    await world.wake_up(date(2026, 9, 2))
    await world.tell(submitted(first, invoice, customer, DUE))
    await world.tell(returned(first, invoice, customer, date(2026, 9, 2), "AM04"))
    await world.settle()
    await world.tell(submitted(uuid7(), invoice, customer, date(2026, 9, 25)))
    await world.advance(date(2026, 9, 26), days=5)
    assert [template for _, template in world.messages()] == ["direct_debit_returned"]


async def test_a_return_that_comes_before_its_submission_is_still_a_return(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    debit = uuid7()
    await world.tell(returned(debit, invoice, customer, date(2026, 9, 1)))
    await world.tell(submitted(debit, invoice, customer, DUE))
    await world.settle()
    assert [template for _, template in world.messages()] == ["direct_debit_returned"]


async def test_a_fault_in_our_file_is_a_clerks_work_and_told_to_nobody(world: World) -> None:
    """Neither the note on the return nor a reminder: the money was there to be collected."""
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    debit = uuid7()
    await world.tell(submitted(debit, invoice, customer, DUE))
    await world.wake_up(date(2026, 9, 2))
    await world.tell(returned(debit, invoice, customer, date(2026, 9, 2), "FF01", **OUR_FAULT))
    await world.advance(date(2026, 10, 20), days=5)
    assert world.messages() == []
    (item,) = (await world.served.get("/worklist"))["items"]
    assert (item["kind"], item["reason"]["figures"]["code"]) == ("debit_to_mend", "FF01")
    explained = await world.served.get(f"/customers/{customer}/explanation")
    assert explained["decision"]["reason"]["figures"] == {"kind": "debit_to_mend"}


async def test_a_file_refused_before_the_due_day_is_a_clerks_work_the_same_day(
    world: World,
) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    await world.wake_up(date(2026, 8, 25))
    await world.tell(returned(uuid7(), invoice, customer, date(2026, 8, 25), "FF05", **OUR_FAULT))
    await world.settle()
    (item,) = (await world.served.get("/worklist"))["items"]
    assert item["reason"]["text"]["en"] == (
        f"The direct debit of invoice {item['reason']['figures']['number']} came back with FF05, "
        "through no doing of the customer: mend the data of the debit."
    )


async def test_the_work_on_a_faulty_debit_goes_away_with_the_next_one(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    await world.wake_up(date(2026, 9, 2))
    first, second = uuid7(1_000), uuid7(2_000)
    await world.tell(returned(first, invoice, customer, date(2026, 9, 2), "AM05", **OUR_FAULT))
    await world.settle()
    assert len((await world.served.get("/worklist"))["items"]) == 1
    await world.tell(submitted(second, invoice, customer, date(2026, 9, 9)))
    await world.advance(date(2026, 9, 9))
    assert (await world.served.get("/worklist"))["items"] == []
    await world.wake_up(date(2026, 9, 11))
    await world.tell(returned(second, invoice, customer, date(2026, 9, 11), "AM04"))
    await world.settle()
    assert [template for _, template in world.messages()] == ["direct_debit_returned"]
    assert world.last(MessageRequested).return_code == "AM04"


async def test_once_a_clerk_has_handled_it_the_claim_is_reminded_like_any_other(
    world: World,
) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    await world.wake_up(date(2026, 9, 2))
    await world.tell(returned(uuid7(), invoice, customer, date(2026, 9, 2), "RC01", **OUR_FAULT))
    await world.settle()
    (item,) = (await world.served.get("/worklist"))["items"]
    path = f"/worklist/{item['id']}/complete"
    refused = await world.served.call("POST", path, json={"outcome": "not_reached"})
    assert refused.status_code == 422
    await world.served.post(path, json={"outcome": "handled"})
    await world.advance(date(2026, 9, 9))
    assert [template for _, template in world.messages()] == ["friendly_reminder"]
    assert (await world.served.get("/worklist"))["items"] == []


async def test_a_return_told_by_billing_alone_waits_for_its_reason(world: World) -> None:
    """It may be a fault of ours, and a letter cannot be taken back."""
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    debit = uuid7()
    await world.tell(submitted(debit, invoice, customer, DUE))
    payment = await world.pay(invoice, 6400)
    await world.wake_up(date(2026, 10, 20))
    await world.reverse(invoice, payment, "AM05")
    await world.settle()
    assert world.messages() == []
    await world.tell(returned(debit, invoice, customer, date(2026, 10, 20), "AM05", **OUR_FAULT))
    await world.settle()
    assert world.messages() == []
    assert [i["kind"] for i in (await world.served.get("/worklist"))["items"]] == ["debit_to_mend"]


async def test_a_refund_that_is_owed_again_is_dunned_like_the_bill_and_its_costs_stand(
    world: World,
) -> None:
    """The bill itself was paid in time: nobody must be asked to review the costs for that."""
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE)
    await world.wake_up(DUE)
    await world.pay(invoice, 6400)
    await world.wake_up(date(2026, 10, 20))
    assert world.messages() == []
    await world.reclaim(invoice, 6400)
    await world.advance(date(2026, 12, 10))
    assert [template for _, template in world.messages()] == [
        "friendly_reminder",
        "second_reminder",
        "fourteen_day_letter",
    ]
    assert [charge[1] for charge in world.charges() if charge[1] == "costs"] == ["costs"]
    work = (await world.served.get("/worklist"))["items"]
    assert "costs_review" not in {item["kind"] for item in work}


async def test_a_debtor_the_bank_calls_deceased_is_left_alone_at_once(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE, collection="direct_debit")
    await world.tell(returned(uuid7(), invoice, customer, date(2026, 9, 1), "MD07"))
    await world.advance(date(2026, 9, 20), days=5)
    assert world.messages() == []
    assert [i["kind"] for i in (await world.served.get("/worklist"))["items"]] == ["estate"]


async def test_a_payer_at_the_provider_is_not_reminded_until_it_ended(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE)
    await world.advance(date(2026, 9, 6))
    payment = uuid7()
    expires_at = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
    await world.tell(
        ProviderPaymentStarted(
            provider_payment_id=payment,
            invoice_id=invoice,
            customer_id=customer,
            amount=euro(6400),
            expires_at=expires_at,
        )
    )
    await world.advance(date(2026, 9, 7))
    assert world.messages() == []
    world.clock.advance(timedelta(minutes=5))
    await world.tell(
        ProviderPaymentEnded(
            provider_payment_id=payment,
            invoice_id=invoice,
            customer_id=customer,
            outcome="cancelled",
        )
    )
    await world.settle()
    assert world.messages() == [(date(2026, 9, 7), "friendly_reminder")]


async def test_a_payment_that_was_made_is_waited_for_until_it_is_booked(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6400, DUE)
    await world.advance(date(2026, 9, 6))
    await world.tell(
        ProviderPaymentEnded(
            provider_payment_id=uuid7(),
            invoice_id=invoice,
            customer_id=customer,
            outcome="paid",
        )
    )
    await world.wake_up(date(2026, 9, 7))
    assert world.messages() == []
    await world.wake_up(date(2026, 9, 8))
    assert world.messages() == [(date(2026, 9, 8), "friendly_reminder")]


async def test_a_payer_of_several_bills_at_once_is_reminded_of_none_of_them(world: World) -> None:
    """One visit to the provider can be for everything open: each of it is left alone meanwhile."""
    customer = await world.customer()
    older, newer = [await world.invoice(customer, 6400, DUE) for _ in range(2)]
    await world.advance(date(2026, 9, 6))
    both = {
        "provider_payment_id": uuid7(),
        "invoice_id": older,
        "invoice_ids": (older, newer),
        "customer_id": customer,
    }
    expires_at = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
    await world.tell(ProviderPaymentStarted(amount=euro(12800), expires_at=expires_at, **both))
    await world.advance(date(2026, 9, 7))
    assert world.messages() == []
    world.clock.advance(timedelta(minutes=5))
    await world.tell(ProviderPaymentEnded(outcome="cancelled", **both))
    await world.settle()
    assert world.messages() == [(date(2026, 9, 7), "friendly_reminder")]
