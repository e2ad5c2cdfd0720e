"""Read documents of a provider over HTTP, in one conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from services.payments.providers.provider import ProviderAway, ProviderRefused, document
from shared.errors import InvalidInput
from shared.http.tls import trusted

_LARGEST_BODY = 200_000_000


class Reader:
    """Raises `ProviderAway` when asking again may help, `ProviderRefused` when it does not."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def body(self, path: str, params: Mapping[str, Any] | None = None) -> bytes | None:
        """None when there is no such document (any more)."""
        try:
            response = await self._client.get(path, params=params)
        except httpx.HTTPError as error:
            raise ProviderAway(f"the payment provider: {type(error).__name__}") from None
        if response.status_code in {404, 410}:
            return None
        if response.status_code >= 500 or response.status_code in {408, 409, 429}:
            raise ProviderAway(f"the payment provider answered {response.status_code}")
        if response.status_code != 200:
            raise ProviderRefused(str(response.status_code))
        if len(response.content) > _LARGEST_BODY:
            raise ProviderRefused("too large")
        return response.content

    async def document(
        self, path: str, params: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | None:
        body = await self.body(path, params)
        try:
            return None if body is None else document(body)
        except InvalidInput:
            raise ProviderAway("the payment provider answered something else") from None


@asynccontextmanager
async def reading(
    url: str,
    headers: Mapping[str, str],
    *,
    timeout_s: float,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Reader]:
    async with httpx.AsyncClient(
        base_url=url.rstrip("/"),
        headers=dict(headers),
        timeout=timeout_s,
        transport=transport,
        verify=trusted(),
    ) as client:
        yield Reader(client)
