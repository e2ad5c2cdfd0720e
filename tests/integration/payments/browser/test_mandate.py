"""A debtor with a telephone signs a mandate: one tap, no script, and the truth afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from services.payments.api.page_texts import LANGUAGES, TEXTS
from shared.clock import FixedClock
from tests.integration.payments.browser.conftest import Opener
from tests.integration.payments.online import Online
from tests.integration.payments.test_mandate_page import asked


async def test_one_tap_signs_and_going_back_signs_nothing_more(
    online: Online, open_page: Opener
) -> None:
    mandate = await asked(online)
    page = await open_page(mandate["confirm_url"])
    await page.get_by_role("button", name="Ja, ik geef deze machtiging").dblclick(
        no_wait_after=True
    )
    given = "U hebt deze machtiging gegeven op 1 april 2026. U hoeft niets meer te doen."
    await expect(page.get_by_role("status")).to_have_text(given)
    await expect(page.get_by_role("button")).to_have_count(0)
    await page.go_back()
    await page.reload()
    await expect(page.get_by_role("status")).to_have_text(given)
    assert (await online.get(f"/mandates/{mandate['id']}"))["version"] == 2


@pytest.mark.parametrize("language", list(LANGUAGES))
async def test_the_language_that_was_chosen_stays_after_signing(
    online: Online, open_page: Opener, language: str
) -> None:
    mandate = await asked(online)
    page = await open_page(mandate["confirm_url"])
    await page.get_by_role("link", name=LANGUAGES[language]).click()
    await page.get_by_role("button", name=TEXTS[language]["mandate_sign"]).click()
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.get_by_text(TEXTS[language]["mandate_keep"])).to_be_visible()


async def test_who_waits_too_long_with_the_page_open_is_told_so(
    online: Online, open_page: Opener, clock: FixedClock
) -> None:
    mandate = await asked(online)
    page = await open_page(mandate["confirm_url"])
    clock.advance(timedelta(days=15))
    await page.get_by_role("button", name="Ja, ik geef deze machtiging").click()
    await expect(page.get_by_role("alert")).to_contain_text("De tijd om te tekenen is voorbij.")
    assert (await online.get(f"/mandates/{mandate['id']}"))["status"] == "pending"


@pytest.mark.parametrize("language", list(LANGUAGES))
async def test_everything_fits_the_narrowest_phone(
    online: Online, open_page: Opener, language: str
) -> None:
    mandate = await asked(online)
    url = f"{mandate['confirm_url']}?lang={language}"
    page = await open_page(url, viewport={"width": 320, "height": 700})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    for target in await page.locator("button, nav a, footer a").all():
        box = await target.bounding_box()
        assert box is not None
        assert box["height"] >= 44, await target.text_content()
