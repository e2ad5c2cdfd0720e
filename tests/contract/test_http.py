"""REST as others see it: no route is open that should not be, and the written contract is true."""

from __future__ import annotations

import re
from importlib import import_module
from uuid import UUID

import httpx
import pytest

from deploy.checks.openapi import SERVICES, application, differences
from shared.testing.issuer import TestIssuer
from shared.testing.routes import routes_of

DOCUMENTATION = {"/docs", "/docs/oauth2-redirect", "/openapi.json", "/redoc"}


def test_the_written_rest_contracts_are_those_of_the_code() -> None:
    assert differences() == []


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", str(UUID(int=0)), path)


def open_routes(service: str) -> set[str]:
    """What a service says is open, and why: see `OPEN_ROUTES` in its `api`."""
    return set(getattr(import_module(f"services.{service}.api"), "OPEN_ROUTES", ()))


@pytest.mark.parametrize("service", SERVICES)
async def test_no_route_answers_without_a_token_but_the_named_ones(service: str) -> None:
    app = application(service)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    answered, opened = set(), set()
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        for route in routes_of(app):
            if route.path.startswith("/health/") or route.path in DOCUMENTATION:
                continue
            if route.path in open_routes(service):
                opened.add(route.path)
                continue
            response = await client.request(
                route.method, filled(route.path), headers={"Idempotency-Key": "x"}
            )
            answered.add((route.method, route.path, response.status_code))
    assert {item for item in answered if item[2] != 401} == set()
    assert len(answered) >= 5
    assert opened == open_routes(service)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_token_without_the_scope_is_refused_everywhere(
    service: str, issuer: TestIssuer
) -> None:
    app = application(service, jwks_url=issuer.jwks_url, token_issuer=issuer.url)
    token = issuer.mint(scope="nothing:at-all")
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        for route in routes_of(app):
            if not route.path.startswith("/v1/") or route.path in open_routes(service):
                continue
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "x"}
            response = await client.request(route.method, filled(route.path), headers=headers)
            assert (route.path, response.status_code) == (route.path, 403)


@pytest.mark.parametrize("service", SERVICES)
def test_the_test_clock_does_not_exist_in_production(service: str) -> None:
    assert not [route for route in routes_of(application(service)) if "test-clock" in route.path]


@pytest.mark.parametrize("service", SERVICES)
def test_every_written_route_has_a_summary_and_examples_where_it_takes_json(service: str) -> None:
    document = application(service).openapi()
    lacking = []
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is None:
                continue
            schema = body["schema"]
            name = schema.get("$ref", "").rsplit("/", 1)[-1]
            known = document["components"]["schemas"].get(name, schema)
            if not ({"examples", "example"} & (known.keys() | body.keys())):
                lacking.append(f"{verb.upper()} {path}")
    assert lacking == []
