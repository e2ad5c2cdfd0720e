"""axe-core finds nothing to object to on any state of the pages, by day and by night."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from services.payments.api.page_texts import TEXTS
from shared.events.collections import Bailiff, CaseHandedOver, DisputeOpened
from shared.ids import uuid7
from tests.factories.payments import camt053, paid
from tests.integration.payments.browser.conftest import Opener
from tests.integration.payments.browser.test_paying import allow_parts
from tests.integration.payments.online import Books, Online, browse
from tests.integration.payments.test_debits import debtor, released
from tests.integration.payments.test_mandate_page import asked, cancel, sign
from tests.integration.payments.test_payment_links import arranged, make, owing

# axe needs scripts and to put itself into the page; what the policy stops is tested elsewhere.
_EXAMINED: dict[str, Any] = {"java_script_enabled": True, "bypass_csp": True}


async def violations(page: Page) -> list[str]:
    found = await Axe().run(page)
    return [f"{one['id']}: {one['help']}" for one in found.response["violations"]]


async def assert_sound(open_page: Opener, url: str, says: str) -> None:
    for scheme in ("light", "dark"):
        page = await open_page(url, color_scheme=scheme, **_EXAMINED)
        assert says in " ".join((await page.locator("body").inner_text()).split())
        assert await violations(page) == []


@pytest.mark.parametrize("language", ["nl", "en", "de", "pl"])
async def test_a_page_to_pay_on(online: Online, open_page: Opener, language: str) -> None:
    await allow_parts(online, 1_000)
    issued = await online.issue(1, 5_000)
    url = f"{await online.link(issued.invoice_id)}?lang={language}"
    await assert_sound(open_page, url, issued.number)


async def test_pages_of_several_invoices_and_of_instalments(
    online: Online, open_page: Opener
) -> None:
    customer_id, bills = await owing(online, 3_000, 3_000)
    extra = await online.issue(90, 1_000, customer_id)
    arrangement_id = await arranged(online, customer_id, bills)
    disputed = await online.issue(91, 1_000, customer_id)
    await online.hear(
        DisputeOpened(
            dispute_id=uuid7(),
            customer_id=customer_id,
            invoice_ids=(disputed.invoice_id,),
            reason="meter",
        )
    )
    balance = await make(online, "balance", customer_id)
    await assert_sound(open_page, balance["url"], extra.number)
    instalment = await make(online, "instalment", arrangement_id)
    await assert_sound(open_page, instalment["url"], "Termijn 1 van 3")
    url = await online.link(disputed.invoice_id)
    await assert_sound(open_page, url, "Wij bekijken uw klacht")


async def test_pages_on_which_nothing_can_be_paid(online: Online, open_page: Opener) -> None:
    settled = await online.issue(7, 5_000)
    await online.upload(camt053([paid(5_000, reference=settled.rf_reference)]))
    await assert_sound(open_page, await online.link(settled.invoice_id), "is betaald")
    bill = await debtor(online, 8, 6_400)
    await released(online)
    await assert_sound(open_page, await online.link(bill.invoice_id), "Wij schrijven dit bedrag af")
    await assert_sound(open_page, f"{online.url}/pay/nothing", "Deze betaallink werkt niet")
    await assert_sound(open_page, f"{online.url}/mandate/nothing", "Deze link werkt niet")


@pytest.mark.parametrize("language", ["nl", "en", "de", "pl"])
async def test_a_mandate_before_and_after_it_is_signed(
    online: Online, open_page: Opener, language: str
) -> None:
    mandate = await asked(online, reference="M-1")
    url = f"{mandate['confirm_url']}?lang={language}"
    await assert_sound(open_page, url, "M-1")
    await sign(online, mandate)
    await assert_sound(open_page, url, "M-1")
    await cancel(online, mandate)
    await assert_sound(open_page, url, TEXTS[language]["mandate_withdrawn"])


async def test_pages_of_what_a_bailiff_has_and_of_what_was_paid_twice(
    online: Online, open_page: Opener, provider_books: Books
) -> None:
    customer_id, (bill,) = await owing(online, 3_000)
    url = await online.link(bill.invoice_id)
    checkouts = [await online.go_to_checkout(bill.invoice_id)]
    for payment in provider_books.payments.values():
        payment.is_cancelable = False
    balance = await make(online, "balance", customer_id)
    checkouts.append((await browse("POST", balance["url"])).headers["location"])
    for checkout in checkouts:
        await browse("POST", checkout, data={"status": "paid"})
    await browse("GET", f"{url}/return")
    await assert_sound(open_page, f"{balance['url']}/return", "U hebt € 30,00 te veel betaald.")
    other = await online.issue(90, 9_000, customer_id)
    await online.hear(
        CaseHandedOver(
            case_id=uuid7(),
            customer_id=customer_id,
            invoice_ids=(other.invoice_id,),
            total_open=other.total,
            handed_over_on=date(2026, 3, 31),
            bailiff=Bailiff(
                name="Deurwaarders Voorbeeld",
                reference="WAT-001",
                phone="+31 20 123 4567",
                url="https://betalen.deurwaarder.example",
            ),
        )
    )
    await assert_sound(open_page, await online.link(other.invoice_id), "Deurwaarders Voorbeeld")
    await assert_sound(open_page, balance["url"], "Betaal dit aan de gerechtsdeurwaarder")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("open", "Wij wachten op bericht"),
        ("paid", "is gelukt"),
        ("failed", "is niet gelukt"),
        ("expired", "was voorbij"),
        ("canceled", "gestopt met betalen"),
    ],
)
async def test_every_end_of_a_visit_to_the_provider(
    online: Online, open_page: Opener, provider_books: Books, status: Any, says: str
) -> None:
    issued = await online.issue(1, 5_000)
    await online.go_to_checkout(issued.invoice_id)
    (payment,) = provider_books.payments.values()
    payment.status = status
    await assert_sound(open_page, f"{await online.link(issued.invoice_id)}/return", says)


async def test_an_amount_that_was_typed_wrong_and_a_provider_that_is_away(
    online: Online, open_page: Opener, provider_books: Books
) -> None:
    await allow_parts(online, 1_000)
    issued = await online.issue(1, 5_000)
    page = await open_page(await online.link(issued.invoice_id), **_EXAMINED)
    await page.get_by_text("Liever een deel betalen?").click()
    await page.get_by_label("Bedrag in euro").fill("0,01")
    await page.get_by_role("button", name="Betaal dit bedrag").click()
    await page.get_by_role("alert").wait_for()
    assert await violations(page) == []
    provider_books.refuse_all()
    await page.goto(await online.link(issued.invoice_id))
    await page.get_by_role("button", name="Betaal € 50,00").click()
    await page.get_by_role("alert").wait_for()
    assert "Betalen lukt nu even niet" in (await page.locator("body").inner_text())
    assert await violations(page) == []


async def test_being_asked_to_wait(online: Online, open_page: Opener) -> None:
    """Every six seconds one more is allowed: tried out anew before each look."""

    async def open_after_trying_out(url: str, **wishes: Any) -> Page:
        for count in range(11):
            await browse("GET", f"{online.url}/pay/{'x' * (60 + count)}")
        return await open_page(url, **wishes)

    await assert_sound(open_after_trying_out, f"{online.url}/pay/nothing", "Even wachten")
