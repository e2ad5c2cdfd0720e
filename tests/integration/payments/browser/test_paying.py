"""A payer with a telephone: two taps, no script, and the truth on every page."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.async_api import Page, expect

from services.payments.api.page_texts import LANGUAGES, TEXTS
from shared.ids import uuid7
from tests.factories.payments import customer_changed
from tests.integration.payments.browser.conftest import Opener
from tests.integration.payments.online import Books, Online


async def checkout(page: Page, button: str) -> None:
    """Press a button on the provider's page, which leads back to ours."""
    await page.wait_for_url("**/checkout/**")
    await page.get_by_role("button", name=button, exact=True).click()
    await page.wait_for_url("**/return*")


async def allow_parts(online: Online, least_cents: int) -> None:
    body = {"may_pay_part": True, "least_part": {"amount": least_cents, "currency": "EUR"}}
    answer = await online.payments.call(
        "PUT", "/payment-page-settings", json=body, headers={"If-Match": '"0"'}
    )
    assert answer.status_code == 200


async def test_two_taps_pay_an_invoice_in_full(online: Online, open_page: Opener) -> None:
    issued = await online.issue(1, 5_000)
    page = await open_page(await online.link(issued.invoice_id))
    await page.get_by_role("button", name="Betaal € 50,00").click()
    await checkout(page, "Pay")
    await expect(page.get_by_role("status")).to_have_text(
        "Uw betaling van € 50,00 is gelukt. Dank u wel."
    )
    await expect(page.get_by_role("button")).to_have_count(0)
    await page.goto(await online.link(issued.invoice_id))
    await expect(page.get_by_role("status")).to_contain_text("Deze factuur is betaald")


async def test_a_part_is_typed_mended_and_paid(online: Online, open_page: Opener) -> None:
    await allow_parts(online, 1_000)
    issued = await online.issue(1, 5_000)
    page = await open_page(await online.link(issued.invoice_id))
    await page.get_by_text("Liever een deel betalen?").click()
    amount = page.get_by_label("Bedrag in euro, vanaf € 10,00")
    await amount.fill("5")
    await page.get_by_role("button", name="Betaal dit bedrag").click()
    await expect(page.get_by_role("alert")).to_contain_text("van € 10,00 tot en met € 50,00")
    await expect(amount).to_have_value("5")
    await amount.fill("20,00")
    await page.get_by_role("button", name="Betaal dit bedrag").click()
    await checkout(page, "Pay")
    await expect(page.get_by_role("status")).to_contain_text("Uw betaling van € 20,00 is gelukt")
    await expect(page.get_by_role("button", name="Betaal € 30,00")).to_be_visible()


@pytest.mark.parametrize(
    ("button", "says"),
    [
        ("Let it fail", "De betaling is niet gelukt. Er is niets afgeschreven."),
        ("Cancel", "U bent gestopt met betalen. Er is niets afgeschreven."),
    ],
)
async def test_what_did_not_succeed_is_said_and_can_be_tried_again(
    online: Online, open_page: Opener, button: str, says: str
) -> None:
    issued = await online.issue(1, 5_000)
    page = await open_page(await online.link(issued.invoice_id))
    await page.get_by_role("button", name="Betaal € 50,00").click()
    await checkout(page, button)
    await expect(page.get_by_role("alert")).to_contain_text(says)
    await page.get_by_role("button", name="Betaal € 50,00").click()
    await checkout(page, "Pay")
    await expect(page.get_by_role("status")).to_contain_text("is gelukt")


async def test_a_checkout_that_ran_out_is_said_on_return(
    online: Online, open_page: Opener, provider_books: Books
) -> None:
    issued = await online.issue(1, 5_000)
    url = await online.link(issued.invoice_id)
    page = await open_page(url)
    await page.get_by_role("button", name="Betaal € 50,00").click()
    await page.wait_for_url("**/checkout/**")
    (payment,) = provider_books.payments.values()
    payment.status = "expired"
    await page.goto(f"{url}/return")
    await expect(page.get_by_role("alert")).to_contain_text("De tijd om te betalen was voorbij")
    await expect(page.get_by_role("button", name="Betaal € 50,00")).to_be_visible()


async def test_while_the_bank_is_silent_the_page_waits_and_looks_again_by_itself(
    online: Online, open_page: Opener, provider_books: Books
) -> None:
    """No button to pay twice; the page learns of the payment without a script."""
    issued = await online.issue(1, 5_000)
    url = await online.link(issued.invoice_id)
    page = await open_page(url)
    await page.get_by_role("button", name="Betaal € 50,00").click()
    await page.wait_for_url("**/checkout/**")
    await page.goto(f"{url}/return")
    await expect(page.get_by_role("status")).to_contain_text("Wij wachten op bericht van uw bank")
    await expect(page.get_by_role("button")).to_have_count(0)
    await expect(page.get_by_role("link", name="Opnieuw kijken")).to_be_visible()
    (payment,) = provider_books.payments.values()
    payment.status = "paid"
    await expect(page.get_by_role("status")).to_contain_text("is gelukt", timeout=15_000)


async def test_a_double_click_and_the_back_button_begin_one_payment(
    online: Online, open_page: Opener, provider_books: Books
) -> None:
    issued = await online.issue(1, 5_000)
    page = await open_page(await online.link(issued.invoice_id))
    await page.get_by_role("button", name="Betaal € 50,00").dblclick(no_wait_after=True)
    # The second click breaks off what the first began: only where it ends counts.
    await expect(page).to_have_url(re.compile("/checkout/"), timeout=15_000)
    await page.go_back()
    await page.get_by_role("button", name="Betaal € 50,00").click()
    await checkout(page, "Pay")
    await expect(page.get_by_role("status")).to_contain_text("is gelukt")
    assert len(provider_books.payments) == 1
    # Back behind the payment: nothing can be paid a second time.
    await page.go_back()
    await page.go_back()
    await expect(page.get_by_role("status")).to_contain_text("Deze factuur is betaald")
    await expect(page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("language", list(LANGUAGES))
async def test_every_language_is_chosen_by_a_link_and_kept_through_the_payment(
    online: Online, open_page: Opener, language: str
) -> None:
    issued = await online.issue(1, 5_000)
    await online.hear(customer_changed(issued.customer_id, language="nl"))
    page = await open_page(await online.link(issued.invoice_id))
    await page.get_by_role("link", name=LANGUAGES[language]).click()
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await page.locator("button").click()
    await checkout(page, "Pay")
    await expect(page.locator("html")).to_have_attribute("lang", language)
    end = TEXTS[language]["paid"].split("{amount}")[1]
    await expect(page.get_by_role("status")).to_contain_text(end.strip())


@pytest.mark.parametrize("width", [320, 360])
async def test_everything_fits_a_narrow_phone_and_can_be_hit_with_a_thumb(
    online: Online, open_page: Opener, width: int
) -> None:
    """Nothing to scroll sideways for, and what can be pressed is at least 44 pixels high."""
    await allow_parts(online, 1_000)
    customer_id = uuid7()
    await online.hear(customer_changed(customer_id, "K100001"))
    for count in (1, 2):
        await online.issue(count, 123_456, customer_id, due_on=date(2026, 1, count))
    body = {"kind": "balance", "id": str(customer_id)}
    link = await online.post("/payment-links", body)
    page = await open_page(link["url"], viewport={"width": width, "height": 700})
    await page.get_by_text("Liever een deel betalen?").click()
    pressed = page.locator("button, summary, nav a, footer a, input:not([type=hidden])")
    assert await pressed.count() >= 10
    for target in await pressed.all():
        box = await target.bounding_box()
        assert box is not None
        assert box["height"] >= 44, await target.text_content()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_what_is_copied_has_no_spaces_in_it(online: Online, open_page: Opener) -> None:
    """The groups of four are only drawn: an IBAN pasted into a banking app is whole."""
    issued = await online.issue(1, 5_000)
    page = await open_page(await online.link(issued.invoice_id))
    shown = await page.locator("dd.copy").all_text_contents()
    assert "NL91ABNA0417164300" in shown
    assert issued.payment_reference in shown


async def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    online: Online, open_page: Opener
) -> None:
    issued = await online.issue(1, 5_000)
    page = await open_page(await online.link(issued.invoice_id))
    for _ in range(len(LANGUAGES) + 1):
        await page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Betaal € 50,00")
    await expect(button).to_be_focused()
    outline = await button.evaluate("node => getComputedStyle(node).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/checkout/**")
