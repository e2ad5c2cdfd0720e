"""Calls to the four services, as another system makes them: tokens, keys, problems in words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
import orjson

SERVICES = ("billing", "payments", "collections", "notifications")
# A caller gives a service that is being restarted this long.
_INSIST_S = 60.0
_PERSON, _COLLEAGUE = "demo", "demo-colleague"
_SCOPES = ("read", "write", "approve", "admin")


class CallFailed(Exception):
    """A service answered with a problem."""


class Calls:
    """One caller with a token for one creditor, and a colleague who approves what that one asked.

    `urls` maps service names to addresses.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        worker_urls: Mapping[str, str],
        issuer_url: str,
        creditor_id: UUID,
    ) -> None:
        self._urls = dict(urls)
        self._workers = dict(worker_urls)
        self._issuer_url = issuer_url
        self.creditor_id = creditor_id
        self._client = httpx.AsyncClient(timeout=120)
        # By person: the token, and until when it is used.
        self._tokens: dict[str, tuple[str, float]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def get(self, service: str, path: str, **params: Any) -> Any:
        return (await self._call(service, "GET", path, params=params)).json()

    async def raw(self, service: str, path: str) -> bytes:
        return (await self._call(service, "GET", path)).content

    async def put(self, service: str, path: str, body: Any) -> Any:
        return (await self._call(service, "PUT", path, json=body)).json()

    async def post(self, service: str, path: str, body: Any = None) -> Any:
        return (await self._call(service, "POST", path, json=body)).json()

    async def approve(self, service: str, path: str, body: Any = None) -> Any:
        """A POST by the colleague: four eyes."""
        return (await self._call(service, "POST", path, _COLLEAGUE, json=body)).json()

    async def upload(self, service: str, path: str, content: bytes, media_type: str) -> Any:
        headers = {"Content-Type": media_type}
        return (await self._call(service, "POST", path, content=content, headers=headers)).json()

    async def lines(self, service: str, path: str, rows: Sequence[Mapping[str, Any]]) -> Any:
        """A bulk import as JSON lines."""
        content = b"\n".join(orjson.dumps(row) for row in rows)
        return await self.upload(service, path, content, "application/x-ndjson")

    async def all(self, service: str, path: str, **params: Any) -> list[Any]:
        """Every item of a paginated list."""
        items: list[Any] = []
        cursor: str | None = None
        while True:
            given = {"limit": 1000, **params, **({"cursor": cursor} if cursor else {})}
            page = await self.get(service, path, **given)
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    async def set_date(self, day: date) -> None:
        """Put the whole stack on a business day."""
        await asyncio.gather(
            *(
                self._call(service, "PUT", "/test-clock", json={"business_date": day.isoformat()})
                for service in SERVICES
            )
        )

    async def states(self) -> dict[str, Any]:
        """What each worker says of itself: outbox, lag, jobs."""
        answers = await asyncio.gather(
            *(self._client.get(f"{self._workers[name]}/health/state") for name in SERVICES)
        )
        return {name: answer.json() for name, answer in zip(SERVICES, answers, strict=True)}

    async def _call(
        self, service: str, method: str, path: str, person: str = _PERSON, **request: Any
    ) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {await self._bearer(person)}",
            "Inning-Creditor": str(self.creditor_id),
            **request.pop("headers", {}),
        }
        if method == "POST":
            headers["Idempotency-Key"] = uuid4().hex
        url = f"{self._urls[service]}/v1{path}"
        response = await self._insist(method, url, headers=headers, **request)
        if not response.is_success:
            raise CallFailed(f"{method} {service} {path}: {response.status_code} {response.text}")
        return response

    async def _insist(self, method: str, url: str, **request: Any) -> httpx.Response:
        """Repeat while the service is away: the idempotency key makes that harmless."""
        deadline = time.monotonic() + _INSIST_S
        while True:
            try:
                response = await self._client.request(method, url, **request)
                if response.status_code != 503 or time.monotonic() > deadline:
                    return response
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.2)

    async def _bearer(self, person: str) -> str:
        token, until = self._tokens.get(person, ("", 0.0))
        if time.monotonic() > until:
            scopes = [f"{service}:{verb}" for service in SERVICES for verb in _SCOPES]
            response = await self._client.post(
                f"{self._issuer_url}/token",
                json={
                    "grant_type": "client_credentials",
                    "client_id": "demo",
                    "scope": " ".join([*scopes, "clock:read", "clock:write"]),
                    "creditor_ids": [str(self.creditor_id)],
                    "roles": ["supervisor"],
                    "subject": person,
                },
            )
            response.raise_for_status()
            token = response.json()["access_token"]
            self._tokens[person] = (token, time.monotonic() + 600)
        return token
