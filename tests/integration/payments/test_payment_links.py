"""Links of every kind: what each shows, what can be paid there, and how it ends."""

from __future__ import annotations

import base64
import hmac
import html
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.payments.config import settings_of
from shared.clock import FixedClock
from shared.events.billing import InvoiceIssued
from shared.events.collections import (
    ArrangementAgreed,
    ArrangementEnded,
    Bailiff,
    CaseClosed,
    CaseHandedOver,
    CaseOpened,
    DisputeOpened,
    InstalmentItem,
)
from shared.events.payments import PaymentAllocated, ProviderPaymentEnded, ProviderPaymentStarted
from shared.ids import uuid7
from tests.factories.payments import camt053, customer_changed, eur, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.online import Books, Online, browse
from tests.integration.payments.test_debits import debtor, released


async def make(online: World, kind: str, subject_id: UUID, **wishes: Any) -> Any:
    return await online.post("/payment-links", {"kind": kind, "id": str(subject_id), **wishes})


async def owing(online: World, *cents: int) -> tuple[UUID, list[InvoiceIssued]]:
    """A customer with one bill of each amount, the oldest first, all due before today."""
    customer_id = uuid7()
    await online.hear(customer_changed(customer_id, "K77"))
    bills = [
        await online.issue(70 + count, amount, customer_id, due_on=date(2026, 1, 1 + count))
        for count, amount in enumerate(cents)
    ]
    return customer_id, bills


async def pay(online: Online, url: str, **form: str) -> PaymentAllocated:
    """Through the page and the provider; returns what was allocated."""
    begun = await browse("POST", url, data=form)
    assert begun.status_code == 303, begun.text
    await browse("POST", begun.headers["location"], data={"status": "paid"})
    news = await online.wait_for(ProviderPaymentEnded)
    (told,) = [event for event in news if isinstance(event, PaymentAllocated)]
    return told


def words(page: httpx.Response) -> str:
    """What a reader sees, on one line."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def test_a_balance_is_paid_at_once_and_goes_to_the_oldest_first(online: Online) -> None:
    customer_id, (older, newer) = await owing(online, 3_000, 2_500)
    link = await make(online, "balance", customer_id)
    page = words(await browse("GET", link["url"]))
    assert "Nog te betalen € 55,00" in page
    assert page.index(f"Factuur {older.number}") < page.index(f"Factuur {newer.number}")
    begun = await browse("POST", link["url"])
    (started,) = await online.news()
    assert isinstance(started, ProviderPaymentStarted)
    assert (started.invoice_id, started.invoice_ids, started.amount) == (
        older.invoice_id,
        (older.invoice_id, newer.invoice_id),
        eur(5_500),
    )
    # Meanwhile one of them was paid by bank: what comes in is shared over what is still open.
    await online.upload(camt053([paid(1_000, reference=older.rf_reference)]))
    await browse("POST", begun.headers["location"], data={"status": "paid"})
    news = await online.wait_for(ProviderPaymentEnded)
    told = [event for event in news if isinstance(event, PaymentAllocated)]
    assert [(share.invoice_id, share.amount) for share in told[-1].allocations] == [
        (older.invoice_id, eur(2_000)),
        (newer.invoice_id, eur(2_500)),
    ]
    (queued,) = (await online.get("/queue"))["items"]
    assert (queued["reason"], queued["unallocated"]["amount"]) == ("overpaid", 1_000)
    assert "Er is nu niets te betalen" in words(await browse("GET", link["url"]))
    assert (await online.get("/reconciliation"))["agrees"]


async def test_what_the_page_says_to_write_with_a_transfer_is_recognised(online: Online) -> None:
    customer_id, bills = await owing(online, 3_000, 2_500)
    link = await make(online, "balance", customer_id)
    page = words(await browse("GET", link["url"]))
    (text,) = re.findall(r"Omschrijving (K77[ ,\d]+)", page)
    assert text.strip() == f"K77, {bills[0].number}, {bills[1].number}"
    result = await online.upload(camt053([paid(5_500, text=text)]))
    assert (result["payments"], result["queued"]) == (1, 0)


async def test_a_part_is_paid_when_the_creditor_allows_it(online: Online) -> None:
    issued = await online.issue(1, 5_000)
    url = await online.link(issued.invoice_id)
    assert "Liever een deel betalen?" not in words(await browse("GET", url))
    refused = await browse("POST", url, data={"amount": "20"})
    assert refused.status_code == 422
    body = {"may_pay_part": True, "least_part": {"amount": 1_000, "currency": "EUR"}}
    answer = await online.payments.call(
        "PUT", "/payment-page-settings", json=body, headers={"If-Match": '"0"'}
    )
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert "vanaf € 10,00" in words(await browse("GET", url))
    for typed, says in (("9,99", "van € 10,00 tot en met € 50,00"), ("veel", "zoals 25,00")):
        refused = await browse("POST", url, data={"amount": typed})
        assert refused.status_code == 422
        assert says in words(refused)
        assert f'value="{typed}"' in refused.text
        assert 'aria-invalid="true"' in refused.text
    told = await pay(online, url, amount="20,00")
    assert told.allocations[0].amount == eur(2_000)
    back = words(await browse("GET", f"{url}/return"))
    assert "Uw betaling van € 20,00 is gelukt" in back
    assert "Nog te betalen € 30,00" in back
    assert "Al betaald € 20,00" in back


async def test_a_link_may_allow_less_or_more_than_the_settings(online: Online) -> None:
    issued = await online.issue(1, 5_000)
    link = await make(online, "invoice", issued.invoice_id, may_pay_part=True)
    assert "vanaf € 0,01" in words(await browse("GET", link["url"]))
    standing = await browse("GET", await online.link(issued.invoice_id))
    assert "Liever een deel" not in words(standing)


async def test_settings_are_not_overwritten_unseen(online: Online) -> None:
    body = {"may_pay_part": True, "least_part": {"amount": 1_000, "currency": "EUR"}}
    for etag, status in ((None, 428), ('"3"', 412), ('"0"', 200), ('"0"', 412)):
        headers = {"If-Match": etag} if etag else {}
        answer = await online.payments.call(
            "PUT", "/payment-page-settings", json=body, headers=headers
        )
        assert answer.status_code == status
    wrong = {"may_pay_part": True, "least_part": {"amount": 0, "currency": "EUR"}}
    refused = await online.payments.call(
        "PUT", "/payment-page-settings", json=wrong, headers={"If-Match": '"1"'}
    )
    assert refused.json()["errors"][0]["field"] == "least_part"
    assert (await online.get("/payment-page-settings"))["least_part"]["amount"] == 1_000


async def arranged(online: World, customer_id: UUID, bills: list[InvoiceIssued]) -> UUID:
    arrangement_id = uuid7()
    await online.hear(
        ArrangementAgreed(
            arrangement_id=arrangement_id,
            customer_id=customer_id,
            invoice_ids=tuple(bill.invoice_id for bill in bills),
            instalments=tuple(
                InstalmentItem(number=n, due_on=date(2026, 3 + n, 20), amount=eur(2_000))
                for n in (1, 2, 3)
            ),
        )
    )
    return arrangement_id


async def test_an_instalment_is_paid_and_the_link_goes_on_to_the_next(online: Online) -> None:
    customer_id, bills = await owing(online, 3_000, 3_000)
    arrangement_id = await arranged(online, customer_id, bills)
    link = await make(online, "instalment", arrangement_id)
    first = await make(online, "instalment", arrangement_id, instalment=1)
    page = words(await browse("GET", link["url"]))
    assert "Termijn 1 van 3 Nog te betalen € 20,00" in page
    assert "Betalen uiterlijk op 20 april 2026" in page
    told = await pay(online, link["url"])
    assert [(s.invoice_id, s.amount) for s in told.allocations] == [
        (bills[0].invoice_id, eur(2_000))
    ]
    page = words(await browse("GET", link["url"]))
    assert "Termijn 2 van 3 Nog te betalen € 20,00" in page
    assert "Deze termijn is betaald" in words(await browse("GET", first["url"]))
    told = await pay(online, link["url"])
    assert [s.amount for s in told.allocations] == [eur(1_000), eur(1_000)]
    await online.hear(
        ArrangementEnded(
            arrangement_id=arrangement_id,
            customer_id=customer_id,
            outcome="broken",
            ended_on=date(2026, 6, 1),
        )
    )
    assert "loopt niet meer" in words(await browse("GET", link["url"]))


async def test_a_case_is_what_is_overdue_and_nothing_else(online: Online) -> None:
    customer_id, (overdue,) = await owing(online, 3_000)
    later = await online.issue(99, 2_500, customer_id, due_on=date(2026, 4, 30))
    case_id = uuid7()
    await online.hear(CaseOpened(case_id=case_id, customer_id=customer_id, number="D2026-17"))
    link = await make(online, "case", case_id)
    page = words(await browse("GET", link["url"]))
    assert "Dossier D2026-17 Nog te betalen € 30,00" in page
    assert overdue.number in page
    assert later.number not in page


async def test_what_need_not_be_paid_now_is_said_and_left_out_of_the_sum(online: Online) -> None:
    """A complaint, an arrangement and a debit on its way: the payer is told, and not asked."""
    bill = await debtor(online, 8, 6_400)
    await released(online)
    customer_id = bill.customer_id
    disputed, arranged_bill, plain = [
        await online.issue(count, 1_000, customer_id) for count in (81, 82, 83)
    ]
    await online.hear(
        DisputeOpened(
            dispute_id=uuid7(),
            customer_id=customer_id,
            invoice_ids=(disputed.invoice_id,),
            reason="meter",
        )
    )
    await arranged(online, customer_id, [arranged_bill])
    link = await make(online, "balance", customer_id)
    page = words(await browse("GET", link["url"]))
    assert "Nu te betalen € 10,00" in page
    assert "Wij schrijven dit af op 8 april 2026" in page
    assert "Wij bekijken uw klacht. U hoeft dit nu niet te betalen." in page
    assert "Dit hoort bij uw betalingsregeling." in page
    told = await pay(online, link["url"])
    assert [share.invoice_id for share in told.allocations] == [plain.invoice_id]
    alone = words(await browse("GET", await online.link(disputed.invoice_id)))
    assert "U hoeft nu niet te betalen. Het mag wel." in alone
    assert "Betaal € 10,00" in alone


async def test_a_link_that_was_taken_back_or_ran_out_says_what_to_do(
    online: Online, clock: FixedClock
) -> None:
    """The answer is the same, letter for letter, whatever is wrong with the link."""
    issued = await online.issue(1, 5_000)
    link = await make(online, "invoice", issued.invoice_id, expires_on="2026-04-02")
    other = await make(online, "invoice", issued.invoice_id)
    assert (await browse("GET", link["url"])).status_code == 200
    clock.advance(timedelta(days=1))
    assert (await browse("GET", link["url"])).status_code == 200
    clock.advance(timedelta(days=1))
    revoked = await online.post(f"/payment-links/{other['id']}/revoke")
    again = await online.post(f"/payment-links/{other['id']}/revoke")
    assert again["revoked_at"] == revoked["revoked_at"]
    forged = f"{link['url'][:-1]}{'A' if link['url'][-1] != 'A' else 'B'}"
    answers = [await browse("GET", url) for url in (link["url"], other["url"], forged)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "Open de link uit onze nieuwste mail" in words(answers[0])
    english = await browse("GET", forged, headers={"Accept-Language": "fr, en; q=0.8, nl;q=0.2"})
    assert "does not work (any more)" in words(english)
    # The standing link of the invoice works on.
    assert (await browse("GET", await online.link(issued.invoice_id))).status_code == 200


async def test_a_link_of_the_first_kind_opens_its_invoice_as_long_as_the_standing_one_does(
    online: Online,
) -> None:
    """From letters that people kept; it can be taken back and runs out like every other."""
    issued, other = await online.issue(1, 5_000), await online.issue(2, 6_000)
    body = online.payments.creditor_id.bytes + issued.invoice_id.bytes + bytes(2)
    key = settings_of(online.payments.service).link_key
    mac = hmac.digest(key, b"inning payment link v1" + body, "sha256")[:16]
    former = f"{online.url}/pay/{base64.urlsafe_b64encode(body + mac).decode().rstrip('=')}"
    assert issued.number in words(await browse("GET", former))
    told = await pay(online, former, seen="5000")
    assert told.allocations[0].invoice_id == issued.invoice_id
    assert "Deze factuur is betaald" in words(await browse("GET", former))
    await online.post(f"/payment-links/{issued.invoice_id}/revoke")
    answer = await browse("GET", former)
    assert answer.status_code == 404
    assert "Open de link uit onze nieuwste mail" in words(answer)
    assert (await browse("GET", await online.link(other.invoice_id))).status_code == 200


async def test_links_are_listed_and_only_made_of_what_is_there(online: Online) -> None:
    customer_id, (bill,) = await owing(online, 3_000)
    made = await make(online, "balance", customer_id, expires_on="2026-05-01")
    listed = (await online.get(f"/payment-links?customer_id={customer_id}"))["items"]
    assert {(link["kind"], link["id"]) for link in listed} == {
        ("invoice", str(bill.invoice_id)),
        ("balance", str(customer_id)),
        ("balance", made["id"]),
    }
    assert await online.get(f"/payment-links/{made['id']}") == made
    await online.post(f"/payment-links/{made['id']}/revoke")
    revoked = await online.get(f"/payment-links?customer_id={customer_id}&state=revoked")
    assert [link["id"] for link in revoked["items"]] == [made["id"]]
    wrong = [
        ({"kind": "invoice", "id": str(uuid7())}, 404),
        ({"kind": "case", "id": str(customer_id)}, 404),
        ({"kind": "balance", "id": str(customer_id), "expires_on": "2026-03-31"}, 422),
        ({"kind": "balance", "id": str(customer_id), "expires_on": "2030-01-01"}, 422),
        ({"kind": "balance", "id": str(customer_id), "instalment": 1}, 422),
    ]
    for body, status in wrong:
        answer = await online.payments.call("POST", "/payment-links", json=body)
        assert answer.status_code == status, answer.text


async def test_a_payment_nobody_told_us_of_yet_is_not_asked_for_again(
    online: Online, provider_books: Books
) -> None:
    """The payer paid, the webhook is late, and the payer presses the button once more."""
    issued = await online.issue(1, 5_000)
    url = await online.link(issued.invoice_id)
    checkout = await online.go_to_checkout(issued.invoice_id)
    provider_books.payments[checkout.rsplit("/", 1)[1]].status = "paid"
    again = await browse("POST", url)
    assert again.headers["location"] == f"{url}/return"
    assert "Uw betaling van € 50,00 is gelukt" in words(await browse("GET", f"{url}/return"))
    assert len(provider_books.payments) == 1


async def test_an_amount_that_changed_meanwhile_is_shown_before_it_is_paid(online: Online) -> None:
    issued = await online.issue(1, 5_000)
    url = await online.link(issued.invoice_id)
    await online.upload(camt053([paid(1_000, reference=issued.rf_reference)]))
    stale = await browse("POST", url, data={"seen": "5000"})
    assert stale.status_code == 422
    assert "Het bedrag is veranderd" in words(stale)
    assert "Nog te betalen € 40,00" in words(stale)


async def test_trying_out_links_is_stopped_soon(online: Online) -> None:
    """Ten links that are none, and the address has to wait; it is told how long."""
    issued = await online.issue(1, 5_000)
    statuses = [
        (await browse("GET", f"{online.url}/pay/{'x' * (60 + count)}")).status_code
        for count in range(11)
    ]
    assert statuses == [404] * 10 + [429]
    waiting = await browse("GET", await online.link(issued.invoice_id))
    assert waiting.status_code == 429
    assert 1 <= int(waiting.headers["Retry-After"]) <= 6
    assert "Even wachten" in words(waiting)


@pytest.mark.parametrize(
    ("browser", "heading"),
    [("de-DE,de;q=0.9", "Rechnung"), ("pl", "Faktura 2"), ("fr", "Factuur"), ("", "Factuur")],
)
async def test_a_browsers_language_serves_while_the_customers_is_not_known(
    online: Online, browser: str, heading: str
) -> None:
    issued = await online.issue(1, 5_000)
    url = await online.link(issued.invoice_id)
    page = await browse("GET", url, headers={"Accept-Language": browser})
    assert heading in words(page)
    await online.hear(customer_changed(issued.customer_id, language="en"))
    assert "Invoice" in words(await browse("GET", url, headers={"Accept-Language": browser}))


async def test_what_a_bailiff_collects_is_paid_to_the_bailiff(online: Online) -> None:
    """The page says so with our file number, and takes no money; other bills are paid as ever."""
    customer_id, (overdue,) = await owing(online, 3_000)
    case_id = uuid7()
    await online.hear(CaseOpened(case_id=case_id, customer_id=customer_id, number="D2026-17"))
    url = await online.link(overdue.invoice_id)
    assert "<button" in (await browse("GET", url)).text
    handed_over = CaseHandedOver(
        case_id=case_id,
        customer_id=customer_id,
        invoice_ids=(overdue.invoice_id,),
        total_open=eur(7_500),
        handed_over_on=date(2026, 3, 31),
    )
    await online.hear(handed_over)
    case = await make(online, "case", case_id)
    for address in (url, case["url"]):
        page = await browse("GET", address)
        assert "Betaal dit aan de gerechtsdeurwaarder, niet aan ons." in words(page)
        assert "Ons dossiernummer D2026-17" in words(page)
        assert "Betalen uiterlijk" not in words(page)
        assert "<button" not in page.text
        assert "Zelf overmaken" not in words(page)
        refused = await browse("POST", address)
        assert refused.headers["location"] == address

    fresh = await online.issue(90, 1_000, customer_id)
    balance = await make(online, "balance", customer_id)
    page = words(await browse("GET", balance["url"]))
    assert "Nu te betalen € 10,00" in page
    assert "Betaal dit aan de gerechtsdeurwaarder, niet aan ons." in page
    told = await pay(online, balance["url"])
    assert [share.invoice_id for share in told.allocations] == [fresh.invoice_id]

    await online.hear(CaseClosed(case_id=case_id, customer_id=customer_id, reason="paid"))
    assert "<button" in (await browse("GET", url)).text
    await online.hear(CaseOpened(case_id=case_id, customer_id=customer_id, number="D2026-17"))
    await online.hear(handed_over)
    assert "<button" not in (await browse("GET", url)).text


async def test_the_page_names_the_bailiff_whom_the_creditor_named(online: Online) -> None:
    """With what they are known by there; a bailiff named later takes the place of the first."""
    customer_id, (overdue,) = await owing(online, 3_000)
    handed_over = CaseHandedOver(
        case_id=uuid7(),
        customer_id=customer_id,
        invoice_ids=(overdue.invoice_id,),
        total_open=eur(3_000),
        handed_over_on=date(2026, 3, 31),
        bailiff=Bailiff(
            name="Deurwaarders <Voorbeeld>",
            reference="WAT-001",
            phone="+31 20 123 4567",
            url="https://betalen.deurwaarder.example/dossier",
        ),
    )
    await online.hear(handed_over)
    fresh = await online.issue(90, 1_000, customer_id)
    balance = (await make(online, "balance", customer_id))["url"]
    for url in (await online.link(overdue.invoice_id), balance):
        page = await browse("GET", url)
        said = words(page)
        assert "Deurwaarders &lt;Voorbeeld&gt;" in page.text
        assert "Ons nummer bij de deurwaarder WAT-001" in said
        assert 'href="tel:+31201234567"' in page.text
        assert 'href="https://betalen.deurwaarder.example/dossier"' in page.text
    assert "Your bailiff" in (await browse("GET", f"{balance}?lang=en")).text
    other = words(await browse("GET", await online.link(fresh.invoice_id)))
    assert "Uw deurwaarder" not in other

    unsafe = Bailiff(name="Tweede", url="javascript:alert(1)")
    await online.hear(handed_over.model_copy(update={"bailiff": unsafe}))
    page = await browse("GET", balance)
    assert "Tweede" in page.text
    assert "WAT-001" not in page.text
    assert "javascript" not in page.text


async def test_what_a_bailiff_collects_is_not_debited(online: Online) -> None:
    bill = await debtor(online, 8, 6_400)
    await online.hear(
        CaseHandedOver(
            case_id=uuid7(),
            customer_id=bill.customer_id,
            invoice_ids=(bill.invoice_id,),
            total_open=eur(6_400),
            handed_over_on=date(2026, 3, 31),
        )
    )
    refused = await online.payments.call(
        "POST", "/debit-batches", json={"collect_on": "2026-04-08"}
    )
    assert refused.json()["left_out"] == {"held": 1}
