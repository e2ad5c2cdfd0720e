"""A provider on a loopback port of its own, and payments where it can be reached by webhook."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException

from deploy.local.mollie_books import Payment, Provider
from services.payments.app import create_app
from services.payments.config import Settings
from shared.events.billing import InvoiceIssued
from shared.events.payments import ProviderPaymentEnded
from shared.http.tls import trusted
from shared.testing.served import Served
from tests.factories.payments import creditor_changed
from tests.integration.payments.conftest import World
from tests.integration.payments.test_matching import run_job

API_KEY = "test_key_of_this_run"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def listening(app: FastAPI | Any, port: int, *, lifespan: str = "on") -> AsyncIterator[str]:
    """`app` answers on `port` while the block runs."""
    config = uvicorn.Config(app, log_level="error", lifespan=lifespan, access_log=False)
    server = uvicorn.Server(config)
    # Whoever connects before the server runs waits in the line of this socket.
    with socket.create_server(("127.0.0.1", port)) as door:
        serving = asyncio.create_task(server.serve(sockets=[door]))
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving


async def browse(method: str, url: str, **request: Any) -> httpx.Response:
    """A payer's browser that shows redirects instead of following them."""
    async with httpx.AsyncClient(timeout=20, verify=trusted()) as client:
        return await client.request(method, url, **request)


class Online(World):
    """Payments at an address payers and the provider can reach."""

    def __init__(self, payments: Served, url: str, provider_url: str) -> None:
        super().__init__(payments)
        self.url = url
        self.provider_url = provider_url

    async def link(self, invoice_id: UUID) -> str:
        url: str = (await self.get(f"/open-items/{invoice_id}"))["pay_url"]
        return url

    async def go_to_checkout(self, invoice_id: UUID) -> str:
        begun = await browse("POST", await self.link(invoice_id))
        assert begun.status_code == 303
        return begun.headers["location"]

    async def wait_for(self, kind: type[object]) -> list[object]:
        """The news once an event of `kind` is among it: webhooks take a moment."""
        news: list[object] = []
        async with asyncio.timeout(10):
            while not any(isinstance(event, kind) for event in news):
                await run_job(self, "work_webhook_events")
                news += await self.news()
                await asyncio.sleep(0.02)
        return news

    async def pay(self, issued: InvoiceIssued) -> str:
        """Somebody pays this invoice; returns the provider's id of it."""
        checkout = await self.go_to_checkout(issued.invoice_id)
        await browse("POST", checkout, data={"status": "paid"})
        await self.wait_for(ProviderPaymentEnded)
        return checkout.rsplit("/", 1)[1]

    async def at_provider(self, path: str) -> Any:
        key = {"Authorization": f"Bearer {API_KEY}"}
        answer = await browse("POST", f"{self.provider_url}{path}", headers=key)
        assert answer.status_code == 200
        return answer.json()

    async def webhook(self, **request: object) -> int:
        address = f"{self.url}/v1/webhooks/mollie/{self.payments.creditor_id}"
        answer = await browse("POST", address, **request)
        return answer.status_code


class Books:
    """The provider's own books, which a test may change behind our back."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.payments = provider.books.payments
        self.by_key = provider.books.by_key

    def refuse_all(self) -> None:
        """From now on the provider cannot begin a payment."""

        def broken(*_: object) -> Payment:
            raise HTTPException(503, "Down for maintenance")

        self.provider.create = broken  # type: ignore[method-assign]


@asynccontextmanager
async def going_online(
    serve: Callable[..., Awaitable[Served]],
    creditor_id: UUID,
    provider: FastAPI,
    provider_port: int,
    **settings: Any,
) -> AsyncIterator[Online]:
    """Payments and the provider, each on a port of its own, with a creditor they know."""
    port = free_port()
    payments = await serve(
        "payments",
        create_app,
        Settings,
        creditor_id,
        public_url=f"http://127.0.0.1:{port}",
        provider_url=f"http://127.0.0.1:{provider_port}",
        provider_api_key=API_KEY,
        provider_timeout_s=5,
        provider_webhook_secret="a secret between two",
        **settings,
    )
    async with AsyncExitStack() as stack:
        provider_url = await stack.enter_async_context(listening(provider, provider_port))
        url = await stack.enter_async_context(listening(payments.app, port, lifespan="off"))
        world = Online(payments, url, provider_url)
        await world.hear(creditor_changed(creditor_id))
        yield world
