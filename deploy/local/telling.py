"""Webhooks of the stand-ins: told until somebody answers 2xx, as the real ones do for a day."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx

from shared.http.tls import trusted

_RETRY_AFTER_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)


class Teller:
    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=10, verify=trusted())
        self._telling: set[asyncio.Task[None]] = set()

    def tell(self, url: str | None, body: bytes, headers: Mapping[str, str]) -> None:
        """In the background; nobody to tell is no fault."""
        if not url:
            return
        task = asyncio.create_task(self._tell(url, body, headers))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        for wait_s in (0.0, *_RETRY_AFTER_S):
            await asyncio.sleep(wait_s)
            try:
                answer = await self._client.post(url, content=body, headers=dict(headers))
            except httpx.HTTPError:
                continue
            if answer.is_success:
                return

    async def close(self) -> None:
        for task in self._telling:
            task.cancel()
        await self._client.aclose()
