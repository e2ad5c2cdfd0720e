"""Money that may be on its way: nobody is reminded of what is being collected or paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
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
    debit: UUID, invoice: UUID, customer: UUID, on: date, code: str = "MD06"
) -> DebitReturned:
    return DebitReturned(
        debit_id=debit,
        invoice_id=invoice,
        customer_id=customer,
        amount=euro(6400),
        return_code=code,
        returned_on=on,
    )


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
