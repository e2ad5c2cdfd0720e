"""A payer stands at the provider's page, and what they were to pay changes meanwhile."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

from shared.clock import FixedClock
from shared.events.billing import InvoiceCredited, InvoiceIssued
from shared.events.collections import CaseHandedOver, CaseOpened
from shared.events.payments import PaymentReceived, ProviderPaymentEnded
from shared.ids import uuid7
from tests.factories.payments import camt053, eur, paid, receivable
from tests.integration.payments.browser.test_paying import allow_parts
from tests.integration.payments.online import Books, Online, browse
from tests.integration.payments.test_matching import run_job
from tests.integration.payments.test_paying_twice import at_provider, begin, choose
from tests.integration.payments.test_payment_links import words


async def standing_at_the_provider(online: Online) -> tuple[InvoiceIssued, str]:
    """Somebody began to pay a bill of 50 euros and has not decided yet."""
    issued = await online.issue(1, 5_000)
    checkout = await begin(await online.link(issued.invoice_id))
    await online.news()
    return issued, checkout


async def test_a_hand_over_ends_what_was_begun_and_the_page_names_the_bailiff(
    online: Online, provider_books: Books
) -> None:
    issued, checkout = await standing_at_the_provider(online)
    case_id = uuid7()
    common: dict[str, Any] = {"case_id": case_id, "customer_id": issued.customer_id}
    await online.hear(CaseOpened(**common, number="D2026-17"))
    handed_over = CaseHandedOver(
        **common,
        invoice_ids=(issued.invoice_id,),
        total_open=eur(5_000),
        handed_over_on=date(2026, 3, 31),
    )
    await online.hear(handed_over)
    for _ in range(2):
        await run_job(online, "withdraw_visits")
    assert at_provider(provider_books, checkout).status == "canceled"
    (ended,) = await online.news()
    assert isinstance(ended, ProviderPaymentEnded)
    assert ended.outcome == "cancelled"
    page = words(await choose(checkout))
    assert "Betaal dit aan de gerechtsdeurwaarder, niet aan ons." in page


async def test_a_bill_that_was_paid_by_transfer_cannot_be_paid_once_more(
    online: Online, provider_books: Books
) -> None:
    issued, checkout = await standing_at_the_provider(online)
    await online.upload(camt053([paid(5_000, reference=issued.rf_reference)]))
    await run_job(online, "withdraw_visits")
    assert at_provider(provider_books, checkout).status == "canceled"
    assert "Deze factuur is betaald" in words(await choose(checkout))


async def test_a_credit_note_makes_the_payer_begin_anew_with_what_is_left(
    online: Online, provider_books: Books
) -> None:
    issued, checkout = await standing_at_the_provider(online)
    await run_job(online, "withdraw_visits")
    assert at_provider(provider_books, checkout).status == "open"
    credited = InvoiceCredited(
        credit_note_id=uuid7(),
        invoice_id=issued.invoice_id,
        number="C1",
        invoice_number=issued.number,
        customer_id=issued.customer_id,
        issued_on=date(2026, 3, 31),
        amount=eur(2_000),
        reason="wrong reading",
        receivable=receivable(issued.invoice_id, 3_000, version=2),
    )
    await online.hear(credited)
    await run_job(online, "withdraw_visits")
    assert at_provider(provider_books, checkout).status == "canceled"
    page = words(await choose(checkout))
    assert "Er is iets veranderd. Daarom is deze betaling gestopt." in page
    assert "Betaal € 30,00" in page


async def test_what_the_provider_lets_nobody_end_is_the_customers_credit(
    online: Online, provider_books: Books, clock: FixedClock
) -> None:
    """It is asked again after five minutes, not every time the job looks."""
    issued, checkout = await standing_at_the_provider(online)
    visit = at_provider(provider_books, checkout)
    visit.is_cancelable = False
    await online.upload(camt053([paid(5_000, reference=issued.rf_reference)]))
    await run_job(online, "withdraw_visits")
    visit.is_cancelable = True
    await run_job(online, "withdraw_visits")
    assert visit.status == "open"
    clock.advance(timedelta(minutes=5))
    visit.is_cancelable = False
    await run_job(online, "withdraw_visits")
    page = words(await choose(checkout))
    assert "U hebt € 50,00 te veel betaald" in page
    received = [event for event in await online.news() if isinstance(event, PaymentReceived)]
    assert [event.amount for event in received] == [eur(5_000), eur(5_000)]
    assert (await online.get("/reconciliation"))["agrees"]


async def test_a_visit_paid_a_moment_before_it_was_to_end_is_paid(
    online: Online, provider_books: Books
) -> None:
    """The webhook is late: asking the provider to end it tells that it was paid."""
    issued, checkout = await standing_at_the_provider(online)
    at_provider(provider_books, checkout).status = "paid"
    await online.upload(camt053([paid(5_000, reference=issued.rf_reference)]))
    await run_job(online, "withdraw_visits")
    credit = await online.get(f"/customers/{issued.customer_id}/credit")
    assert [amount["amount"] for amount in credit["total"]] == [5_000]


async def test_of_several_amounts_begun_in_one_instant_one_can_be_paid(
    online: Online, provider_books: Books
) -> None:
    """Four tabs, four amounts, one debt."""
    await allow_parts(online, 1_000)
    for number in (1, 2, 3):
        issued = await online.issue(number, 5_000)
        url = await online.link(issued.invoice_id)
        forms = [{}, {"amount": "20,00"}, {"amount": "15,00"}, {"amount": "10,00"}]
        begun = await asyncio.gather(*(browse("POST", url, data=form) for form in forms))
        assert {answer.status_code for answer in begun} == {303}
        states = [payment.status for payment in provider_books.payments.values()]
        assert states.count("open") == number, states
        assert set(states) <= {"open", "canceled"}
