"""A service's HTTP side inside the test's process, on a real database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from shared.service import Service
from shared.testing.issuer import TestIssuer


class Served:
    """Calls routes as a caller would; every POST gets an idempotency key unless given one."""

    def __init__(
        self, app: FastAPI, service: Service, issuer: TestIssuer, creditor_id: UUID
    ) -> None:
        self.app = app
        self.service = service
        self.creditor_id = creditor_id
        self._issuer = issuer
        self._transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)

    def token(
        self,
        scope: str | None = None,
        creditors: Iterable[UUID] | None = None,
        roles: Iterable[str] = ("supervisor",),
        subject: str = "tester",
    ) -> str:
        everything = " ".join(
            f"{self.service.name}:{verb}" for verb in ("read", "write", "admin", "approve")
        )
        return self._issuer.mint(
            scope=f"{everything} clock:read clock:write" if scope is None else scope,
            creditors=[self.creditor_id] if creditors is None else creditors,
            roles=roles,
            subject=subject,
        )

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        **request: Any,
    ) -> httpx.Response:
        sent = {"Authorization": f"Bearer {token or self.token()}"}
        if method == "POST":
            sent["Idempotency-Key"] = uuid4().hex
        sent |= headers or {}
        async with httpx.AsyncClient(
            transport=self._transport, base_url="http://service", timeout=60
        ) as client:
            return await client.request(method, f"/v1{path}", headers=sent, **request)

    async def get(self, path: str, **request: Any) -> Any:
        """The JSON of a GET that must succeed."""
        return _good(await self.call("GET", path, **request))

    async def post(self, path: str, **request: Any) -> Any:
        """The JSON of a POST that must succeed."""
        return _good(await self.call("POST", path, **request))

    async def put(self, path: str, **request: Any) -> Any:
        return _good(await self.call("PUT", path, **request))


def _good(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.status_code}: {response.text[:2000]}"
    return response.json()
