"""Readiness by protocol: a program that merely listens is not ready."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from deploy.local.plan import Readiness
from deploy.local.readiness import is_ready


@pytest.fixture
async def says(request: pytest.FixtureRequest) -> AsyncIterator[int]:
    """The port of a server that answers anything with the given bytes and hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(request.param)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("says", "kind", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", "http", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "http", False),
        (b"", "http", False),
        (b"R\0\0\0\x08", "postgres", True),
        (b"E\0\0\0\x08", "postgres", False),
        (b"\0\0\0\x20\0\0\0\x01\0\0\0\0\0\0\0\x01", "kafka", True),
        (b"\0\0\0\x20\0\0\0\x01\0\0\0\0\0\0\0\0", "kafka", False),
    ],
    indirect=["says"],
)
async def test_only_the_right_answer_counts(says: int, kind: str, *, ready: bool) -> None:
    assert await is_ready(Readiness.model_validate({"kind": kind, "port": says})) is ready


@pytest.mark.parametrize("kind", ["http", "tcp", "postgres", "kafka"])
async def test_a_port_that_nobody_listens_on_is_not_ready(kind: str) -> None:
    assert not await is_ready(Readiness.model_validate({"kind": kind, "port": 1}))
