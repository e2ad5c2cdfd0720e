"""Tokens: who signed them, for whom, until when, and what they may do."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import ECKey

from services.billing.app import create_app
from services.billing.config import Settings
from shared.ids import uuid7
from shared.testing.issuer import TestIssuer
from shared.testing.served import Served


@pytest.fixture
async def billing(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> Served:
    return await serve("billing", create_app, Settings, creditor_id)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 60},
        {"iss": "http://somebody.else"},
        {"aud": "another-api"},
        {"sub": None},
        {"nbf": int(time.time()) + 86_400},
    ],
    ids=["expired", "another issuer", "another audience", "nobody", "not yet valid"],
)
async def test_a_token_that_is_not_right_opens_nothing(
    billing: Served, issuer: TestIssuer, claims: dict[str, Any]
) -> None:
    token = issuer.mint(scope="billing:read", creditors=[billing.creditor_id], **claims)
    answer = await billing.call("GET", "/customers", token=token)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_signed_by_a_stranger_opens_nothing(
    billing: Served, issuer: TestIssuer
) -> None:
    key = ECKey.generate_key("P-256", {"kid": issuer.key.kid, "alg": "ES256"})
    token = issuer.mint(scope="billing:read", creditors=[billing.creditor_id], key=key)
    assert (await billing.call("GET", "/customers", token=token)).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_rubbish_and_unsigned_tokens_open_nothing(billing: Served, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert (await billing.call("GET", "/customers", headers=headers)).status_code == 401


async def test_a_token_for_several_creditors_names_one_per_request(billing: Served) -> None:
    other = uuid7()
    token = billing.token(creditors=[billing.creditor_id, other])
    unnamed = await billing.call("GET", "/customers", token=token)
    assert unnamed.json()["errors"][0]["field"] == "Inning-Creditor"
    named = {"Inning-Creditor": str(other)}
    assert (await billing.call("GET", "/customers", token=token, headers=named)).status_code == 200
    stranger = {"Inning-Creditor": str(uuid7())}
    refused = await billing.call("GET", "/customers", token=token, headers=stranger)
    assert refused.status_code == 403


async def test_reading_scope_does_not_write(billing: Served) -> None:
    token = billing.token(scope="billing:read")
    assert (await billing.call("GET", "/customers", token=token)).status_code == 200
    answer = await billing.call("POST", "/customers", token=token, json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
