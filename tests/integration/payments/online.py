"""A provider on a loopback port of its own, and payments where it can be reached by webhook."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

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
    async with httpx.AsyncClient(timeout=20) as client:
        return await client.request(method, url, **request)
