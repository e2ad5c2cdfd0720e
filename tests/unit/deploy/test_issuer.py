"""The development token issuer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.local.errors import StackError
from deploy.local.issuer import BadTokenRequest, TokenRequest, create_app, signing_key
from deploy.local.settings import LocalSettings
from deploy.local.state import Folder
from shared.clock import FixedClock

CREDITOR = "01920000-0000-7000-8000-000000000001"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(LocalSettings(data_dir=tmp_path, port_offset=0), FixedClock(NOW))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def _claims(client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
    keys = KeySet.import_key_set((await client.get("/jwks.json")).json())
    return jwt.decode(answer.json()["access_token"], keys, algorithms=["ES256"]).claims


async def test_a_form_gives_a_token_that_the_published_key_verifies(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post(
        "/token",
        data={
            "grant_type": "client_credentials",
            "client_id": "erp",
            "client_secret": "any",
            "scope": "billing:read billing:write",
            "creditor_ids": [CREDITOR],
            "roles": ["clerk", "supervisor"],
        },
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["expires_in"] == 3600
    claims = await _claims(client, answer)
    assert claims.pop("jti")
    assert claims == {
        "iss": "http://127.0.0.1:8120",
        "aud": "inning",
        "sub": "erp",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
        "scope": "billing:read billing:write",
        "creditors": [CREDITOR],
        "roles": ["clerk", "supervisor"],
    }


async def test_json_gives_a_token_too(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/token", json={"subject": "robot", "creditor_ids": ["*"], "roles": ["system"]}
    )
    claims = await _claims(client, answer)
    assert (claims["sub"], claims["creditors"], claims["roles"]) == ("robot", ["*"], ["system"])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"roles": "king"}, "invalid_request"),
        ({"creditor_ids": "42"}, "invalid_request"),
    ],
)
async def test_an_unknown_grant_role_or_creditor_is_refused(
    client: httpx.AsyncClient, fields: dict[str, str], code: str
) -> None:
    answer = await client.post("/token", data=fields)
    assert (answer.status_code, answer.json()["error"]) == (400, code)


async def test_the_private_half_of_the_key_is_never_published(client: httpx.AsyncClient) -> None:
    (key,) = (await client.get("/jwks.json")).json()["keys"]
    assert set(key) == {"crv", "x", "y", "kid", "use", "alg", "kty"}


async def test_another_host_name_is_not_answered(client: httpx.AsyncClient) -> None:
    answer = await client.get("/jwks.json", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_the_key_survives_a_restart_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert signing_key(folder).kid == signing_key(folder).kid
    assert (tmp_path / "issuer-key.json").stat().st_mode & 0o777 == 0o600


def test_in_production_it_refuses_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNING_ENVIRONMENT", "production")
    with pytest.raises(StackError, match="development only"):
        create_app(LocalSettings(data_dir=tmp_path))


def test_a_creditor_is_a_uuid_or_a_star() -> None:
    assert TokenRequest("x", creditors=(CREDITOR, "*")).creditors == (CREDITOR, "*")
    with pytest.raises(BadTokenRequest, match="neither a UUID nor"):
        TokenRequest("x", creditors=("42",))
