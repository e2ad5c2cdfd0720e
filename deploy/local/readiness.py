"""Is it up? One question per protocol, asked on the loopback address with a short patience."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

from deploy.local.plan import Readiness
from deploy.local.settings import HOST

PATIENCE_S = 2.0
_KAFKA_METADATA, _KAFKA_METADATA_VERSION = 3, 4
_POSTGRES_PROTOCOL = 196608


async def is_ready(readiness: Readiness) -> bool:
    """True when the process answers as a working one does; any failure to answer is False."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await _QUESTIONS[readiness.kind](readiness)
    except (OSError, TimeoutError, EOFError, struct.error):
        return False


def what_it_answers(readiness: Readiness) -> str:
    """Status and body of an HTTP process that is not ready, in one line; empty without answer."""
    if readiness.kind != "http":
        return ""
    connection = HTTPConnection(HOST, readiness.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", readiness.path)
        answer = connection.getresponse()
        return f"{answer.status} {answer.read(500).decode(errors='replace')}"
    except (OSError, HTTPException):
        return ""
    finally:
        connection.close()


async def _converse(port: int, request: bytes, answer_bytes: int) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(request)
        await writer.drain()
        return await reader.readexactly(answer_bytes) if answer_bytes else b""
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _http(readiness: Readiness) -> bool:
    request = f"GET {readiness.path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    answer = await _converse(readiness.port, request.encode(), len(b"HTTP/1.1 200"))
    return answer.endswith(b" 200")


async def _tcp(readiness: Readiness) -> bool:
    await _converse(readiness.port, b"", 0)
    return True


async def _postgres(readiness: Readiness) -> bool:
    """A server that still recovers answers the first message with an error, not with R."""
    body = struct.pack("!I", _POSTGRES_PROTOCOL) + b"user\0postgres\0\0"
    answer = await _converse(readiness.port, struct.pack("!I", len(body) + 4) + body, 1)
    return answer == b"R"


async def _kafka(readiness: Readiness) -> bool:
    """A broker takes requests before its controller lets it work: then it lists no broker."""
    client = b"readiness"
    body = struct.pack("!hhih", _KAFKA_METADATA, _KAFKA_METADATA_VERSION, 1, len(client)) + client
    body += struct.pack("!ib", 0, 0)
    answer = await _converse(readiness.port, struct.pack("!i", len(body)) + body, 16)
    _length, _correlation, _throttle_ms, broker_count = struct.unpack("!iiii", answer)
    return int(broker_count) > 0


_QUESTIONS: dict[str, Callable[[Readiness], Awaitable[bool]]] = {
    "http": _http,
    "tcp": _tcp,
    "postgres": _postgres,
    "kafka": _kafka,
}
