from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from deploy.local.provider import create_app as create_provider
from deploy.local.settings import LocalSettings, Ports
from services.payments.app import create_app
from services.payments.config import Settings
from services.payments.use_cases.ask_provider import ask_pending
from shared.clock import FixedClock
from shared.events.payments import (
    DebitSubmitted,
    PaymentAllocated,
    PaymentReceived,
    PaymentReversed,
    ProviderPaidOut,
    ProviderPaymentEnded,
    ProviderPaymentStarted,
)
from shared.testing.served import Served
from tests.factories.payments import camt053, creditor_changed, customer_changed, eur, paid
from tests.integration.payments.online import (
    API_KEY,
    Books,
    Online,
    browse,
    free_port,
    listening,
)
from tests.integration.payments.test_debits import debtor, released
from tests.integration.payments.test_matching import run_job


async def test_the_page_shows_what_is_owed_in_the_customers_language(online: Online) -> None:
    issued = await online.issue(1, 5_000)
    await online.hear(customer_changed(issued.customer_id, language="en"))
    page = await browse("GET", await online.link(issued.invoice_id))
    assert page.status_code == 200
    assert "Waterbedrijf Voorbeeld" in page.text
    assert issued.number in page.text
    assert "€50.00" in page.text
    assert "<span>NL91</span><span>ABNA</span><span>0417</span>" in page.text
    assert "Pay €50.00" in page.text
    assert "<script" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    dutch = await browse("GET", f"{await online.link(issued.invoice_id)}?lang=nl")
    assert "Betaal € 50,00" in dutch.text.replace("\xa0", " ")


@pytest.mark.parametrize("language", ["nl", "en", "de", "pl"])
async def test_every_language_has_a_page(online: Online, language: str) -> None:
    issued = await online.issue(1, 5_000)
    page = await browse("GET", f"{await online.link(issued.invoice_id)}?lang={language}")
    assert f'<html lang="{language}">' in page.text


async def test_a_link_that_is_forged_or_too_old_shows_nothing(
    online: Online, clock: FixedClock
) -> None:
    issued = await online.issue(1, 5_000)
    link = await online.link(issued.invoice_id)
    forged = link[:-1] + ("A" if link[-1] != "A" else "B")
    for method, url in (("GET", forged), ("POST", forged), ("GET", f"{forged}/return")):
        answer = await browse(method, url)
        assert answer.status_code == 404
        assert issued.number not in answer.text
    clock.advance(timedelta(days=731))
    assert (await browse("GET", link)).status_code == 404


async def test_a_payer_pays_and_the_webhook_books_it_once(online: Online) -> None:
    issued = await online.issue(1, 5_000)
    checkout = await online.go_to_checkout(issued.invoice_id)
    (started,) = await online.news()
    assert isinstance(started, ProviderPaymentStarted)
    assert started.expires_at - online.payments.service.clock.now() == timedelta(minutes=15)
    chosen = await browse("POST", checkout, data={"status": "paid"})
    received, allocated, ended = await online.wait_for(ProviderPaymentEnded)
    assert isinstance(received, PaymentReceived)
    assert (received.source, received.amount) == ("provider", eur(5_000))
    assert isinstance(allocated, PaymentAllocated)
    assert (allocated.matched_by, allocated.allocations[0].invoice_id) == (
        "provider",
        issued.invoice_id,
    )
    assert isinstance(ended, ProviderPaymentEnded)
    assert ended.outcome == "paid"
    thanks = await browse("GET", chosen.headers["location"])
    assert "is gelukt. Dank u wel." in thanks.text
    provider_id = checkout.rsplit("/", 1)[1]
    for _ in range(2):
        assert await online.webhook(data={"id": provider_id}) == 200
        await run_job(online, "work_webhook_events")
    assert await online.news() == []


async def test_coming_back_before_the_webhook_tells_the_truth(online: Online) -> None:
    issued = await online.issue(1, 5_000)
    link = await online.link(issued.invoice_id)
    checkout = await online.go_to_checkout(issued.invoice_id)
    waiting = await browse("GET", f"{link}/return")
    assert "Wij wachten op bericht" in waiting.text
    assert waiting.headers["Refresh"] == "3; url=return?look=1"
    await browse("POST", checkout, data={"status": "canceled"})
    back = await browse("GET", f"{link}/return")
    assert "U bent gestopt met betalen" in back.text
    assert "<button" in back.text
    events = await online.wait_for(ProviderPaymentEnded)
    assert [e.outcome for e in events if isinstance(e, ProviderPaymentEnded)] == ["cancelled"]
    again = await online.go_to_checkout(issued.invoice_id)
    assert again != checkout


async def test_pressing_the_button_twice_begins_one_payment(online: Online) -> None:
    issued = await online.issue(1, 5_000)
    first, second = await asyncio.gather(
        online.go_to_checkout(issued.invoice_id), online.go_to_checkout(issued.invoice_id)
    )
    assert first == second
    assert [type(event) for event in await online.news()] == [ProviderPaymentStarted]


async def test_a_provider_that_is_away_leaves_an_unknown_that_the_janitor_resolves(
    serve: Callable[..., Awaitable[Served]],
    creditor_id: UUID,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAYMENTS_PROVIDER_API_KEY", API_KEY)
    port, provider_port = free_port(), free_port()
    payments = await serve(
        "payments",
        create_app,
        Settings,
        creditor_id,
        public_url=f"http://127.0.0.1:{port}",
        provider_url=f"http://127.0.0.1:{provider_port}",
        provider_api_key=API_KEY,
    )
    async with listening(payments.app, port, lifespan="off") as url:
        world = Online(payments, url, f"http://127.0.0.1:{provider_port}")
        await world.hear(creditor_changed(creditor_id))
        issued = await world.issue(1, 5_000)
        link = await world.link(issued.invoice_id)
        away = await browse("POST", link)
        assert away.status_code == 503
        assert "Er is niets afgeschreven" in away.text
        assert await world.news() == []
        provider = create_provider(LocalSettings(port=Ports(provider=provider_port)))
        async with listening(provider, provider_port):
            clock.advance(timedelta(minutes=1))
            await run_job(world, "ask_provider")
            (started,) = await world.news()
            assert isinstance(started, ProviderPaymentStarted)
            checkout = await world.go_to_checkout(issued.invoice_id)
            books = provider.state.provider.books
            assert list(books.payments) == [checkout.rsplit("/", 1)[1]]
            books.payments[checkout.rsplit("/", 1)[1]].status = "paid"
            clock.advance(timedelta(minutes=1))
            await run_job(world, "ask_provider")
        told = [type(event) for event in await world.news()]
        assert told == [PaymentReceived, PaymentAllocated, ProviderPaymentEnded]


async def test_webhooks_that_mean_nothing_change_nothing(online: Online) -> None:
    assert await online.webhook(data={"id": "tr_notours"}) == 200
    assert await online.webhook(data={"id": "../../etc"}) == 422
    assert await online.webhook(data={"order": "tr_abc"}) == 422
    assert await online.webhook(content=b"\xff\xfe") == 422
    signed = {"X-Mollie-Signature": "sha256=" + "0" * 64}
    assert await online.webhook(data={"id": "tr_abc"}, headers=signed) == 401
    await run_job(online, "work_webhook_events")
    assert await online.news() == []
    kept = (await online.get("/webhook-events?status=refused"))["items"]
    assert [event["reason"] for event in kept] == [
        "bad_signature",
        "invalid_input:body",
        "invalid_input:id",
        "invalid_input:id",
        "unknown_to_provider",
    ]


async def test_a_paid_invoice_and_one_in_flight_cannot_be_paid_again(online: Online) -> None:
    settled = await online.issue(7, 5_000)
    await online.upload(camt053([paid(5_000, reference=settled.rf_reference)]))
    page = await browse("GET", await online.link(settled.invoice_id))
    assert "Deze factuur is betaald" in page.text
    assert "<button" not in page.text
    back = await browse("POST", await online.link(settled.invoice_id))
    assert back.headers["location"] == await online.link(settled.invoice_id)
    bill = await debtor(online, 8, 6_400)
    await released(online)
    page = await browse("GET", await online.link(bill.invoice_id))
    assert "Wij schrijven dit bedrag af op 8 april 2026" in page.text
    refused = await browse("POST", await online.link(bill.invoice_id))
    assert refused.headers["location"] == await online.link(bill.invoice_id)
    assert not [e for e in await online.news() if isinstance(e, DebitSubmitted)]


async def test_the_providers_payout_is_booked_and_everything_agrees(online: Online) -> None:
    first, second = await online.issue(1, 5_000), await online.issue(2, 2_500)
    for issued in (first, second):
        checkout = await online.go_to_checkout(issued.invoice_id)
        await browse("POST", checkout, data={"status": "paid"})
        await online.wait_for(ProviderPaymentEnded)
    before = await online.get("/reconciliation")
    assert before["provider"]["in_transit"]["amount"] == 7_500
    assert before["agrees"]
    answer = await browse(
        "POST",
        f"{online.provider_url}/fake/settlements",
        headers={"Authorization": f"Bearer {API_KEY}"},
    )
    text = f"Mollie uitbetaling {answer.json()['reference']}"
    result = await online.upload(camt053([paid(7_500, text=text, name="Stichting Mollie")]))
    assert (result["payouts"], result["payments"]) == (1, 0)
    (told,) = await online.news()
    assert isinstance(told, ProviderPaidOut)
    assert told.amount == eur(7_500)
    after = await online.get("/reconciliation")
    assert after["provider"]["in_transit"]["amount"] == 0
    assert after["agrees"]


async def test_a_payout_beyond_what_the_provider_holds_is_looked_at_by_a_person(
    online: Online,
) -> None:
    await online.upload(camt053([paid(7_500, text="Mollie 1234567.2604.01")]))
    (item,) = (await online.get("/queue"))["items"]
    assert item["reason"] == "payout_unexplained"
    await online.news()
    body = {"reference": "1234567.2604.01"}
    booked = await online.post(f"/payments/{item['payment_id']}/payout", body)
    assert (booked["status"], booked["unallocated"]["amount"]) == ("reclassified", 0)
    assert [type(e).__name__ for e in await online.news()] == [
        "PaymentReversed",
        "ProviderPaidOut",
    ]
    agreed = await online.get("/reconciliation")
    assert agreed["provider"]["in_transit"]["amount"] == -7_500
    assert agreed["whole"]["agrees"]


@pytest.mark.parametrize("kind", ["chargeback", "refund"])
async def test_what_the_provider_gives_back_takes_the_payment_out_again(
    online: Online, kind: str
) -> None:
    """By the payer's bank or by a colleague at the provider: the invoice is open again, once."""
    provider_id = await online.pay(await online.issue(1, 5_000))
    await online.at_provider(f"/fake/payments/{provider_id}/{kind}")
    news = await online.wait_for(PaymentReversed)
    assert [type(event).__name__ for event in news] == ["AllocationUndone", "PaymentReversed"]
    for _ in range(2):
        assert await online.webhook(data={"id": provider_id}) == 200
        await run_job(online, "work_webhook_events")
    assert await online.news() == []
    found = await online.get("/reconciliation")
    assert (found["agrees"], found["provider"]["in_transit"]["amount"]) == (True, 0)


async def test_a_part_that_goes_back_and_a_chargeback_that_is_won_are_followed(
    online: Online,
) -> None:
    """Mollie tells no more than to look: 20 of 50 refunded, 30 charged back, and 30 won again."""
    provider_id = await online.pay(await online.issue(1, 5_000))
    for path, in_transit in (
        ("refund?amount=20.00", 3_000),
        ("chargeback", 0),
        ("chargeback_reversed", 3_000),
    ):
        await online.at_provider(f"/fake/payments/{provider_id}/{path}")
        kind = PaymentReceived if path == "chargeback_reversed" else PaymentReversed
        await online.wait_for(kind)
        found = await online.get("/reconciliation")
        assert found["agrees"]
        assert found["provider"]["in_transit"]["amount"] == in_transit
        assert found["provider"]["allocated"]["amount"] == in_transit


async def test_a_payout_is_explained_to_the_cent_and_its_fee_told(online: Online) -> None:
    """Three payments, one of them taken back, and 29 cents a payment for the provider."""
    names = [await online.pay(await online.issue(n, 1_000 * n)) for n in (5, 3, 1)]
    await online.at_provider(f"/fake/payments/{names[2]}/chargeback")
    await online.wait_for(PaymentReversed)
    settlement = await online.at_provider("/fake/settlements?cost=0.29")
    assert settlement["amount"]["value"] == "79.13"
    text = f"Mollie uitbetaling {settlement['reference']}"
    await online.upload(camt053([paid(7_913, text=text)]))
    await online.news()
    for _ in range(2):
        await run_job(online, "explain_payouts")
    (told,) = await online.news()
    assert isinstance(told, ProviderPaidOut)
    assert (told.amount, told.fee) == (eur(0), eur(87))
    (payout,) = (await online.get("/payouts"))["items"]
    assert (payout["status"], payout["fee"]["amount"]) == ("agreed", 87)
    found = await online.get("/reconciliation")
    assert (found["agrees"], found["provider"]["in_transit"]["amount"]) == (True, 0)


async def test_a_visit_the_provider_forgot_is_over(
    online: Online, provider_books: Books, clock: FixedClock
) -> None:
    issued = await online.issue(1, 5_000)
    await online.go_to_checkout(issued.invoice_id)
    await online.news()
    provider_books.payments.clear()
    provider_books.by_key.clear()
    clock.advance(timedelta(minutes=1))
    await run_job(online, "ask_provider")
    (ended,) = await online.news()
    assert isinstance(ended, ProviderPaymentEnded)
    assert ended.outcome == "failed"
    assert await online.go_to_checkout(issued.invoice_id)


async def test_a_checkout_that_ran_out_is_begun_anew(online: Online, clock: FixedClock) -> None:
    issued = await online.issue(1, 5_000)
    first = await online.go_to_checkout(issued.invoice_id)
    assert await online.go_to_checkout(issued.invoice_id) == first
    clock.advance(timedelta(minutes=16))
    assert await online.go_to_checkout(issued.invoice_id) != first


async def test_a_visit_the_provider_cannot_tell_of_holds_up_no_other(
    online: Online, provider_books: Books, clock: FixedClock
) -> None:
    """A state we do not know yet; the payer after them paid, and their webhook was lost."""
    told = []
    for number, status in ((1, "shipped"), (2, "paid")):
        issued = await online.issue(number, 5_000)
        checkout = await online.go_to_checkout(issued.invoice_id)
        setattr(provider_books.payments[checkout.rsplit("/", 1)[1]], "status", status)  # noqa: B010
        await online.news()
    for _ in range(2):
        clock.advance(timedelta(minutes=1))
        await ask_pending(online.payments.service, online.payments.creditor_id, limit=1)
        told += [type(event) for event in await online.news()]
    assert told == [PaymentReceived, PaymentAllocated, ProviderPaymentEnded]
