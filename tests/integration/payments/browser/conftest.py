"""Chromium before the payer's pages: real service, real PostgreSQL, a stand-in for the provider."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}

Opener = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium; INNING_BROWSER=required makes its absence a failure."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("INNING_BROWSER") == "required":
            pytest.fail("chromium is required (INNING_BROWSER) and not installed")
        pytest.skip("chromium is not installed (Debian package chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(chromium: Browser) -> AsyncIterator[Opener]:
    """`await open_page(url)` shows it on a phone without scripts; keywords make it another one.

    Whatever a page asks for is watched: a request that leaves this machine fails the test.
    """
    asked: list[str] = []
    complaints: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_at(url: str, **wishes: Any) -> Page:
            settings: dict[str, Any] = {
                "viewport": PHONE,
                "locale": "nl-NL",
                "java_script_enabled": False,
            }
            context = await chromium.new_context(**settings | wishes)
            stack.push_async_callback(context.close)
            context.set_default_timeout(20_000)
            context.on("request", lambda request: asked.append(request.url))
            page = await context.new_page()
            page.on("console", lambda said: complaints.append(said.text))
            await page.goto(url)
            return page

        yield open_at
    assert {urlsplit(url).hostname for url in asked} <= {"127.0.0.1"}
    # The browser says so when the content security policy stops something of the page.
    assert not [text for text in complaints if "Content Security Policy" in text]
