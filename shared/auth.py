"""Who is calling: OAuth2 bearer tokens (RFC 9068) checked against the issuer's key set.

A token says which scopes (`billing:write`), which creditors and which roles (clerk, supervisor,
system) its holder has. Every route names its scope with `requires`.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import Depends, Request, Security
from fastapi.params import Security as SecurityParam
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.errors import Forbidden, InvalidInput, TransientError, Unauthorized
from shared.http.tls import trusted

ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]
_KEYS_FRESH_S = 300.0
_REFETCH_AFTER_S = 5.0
_CACHED_TOKENS = 1_000

bearer = HTTPBearer(auto_error=False, description="An OAuth2 access token (JWT)")


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: a person (clerk, supervisor) or a machine (system)."""

    subject: str
    scopes: frozenset[str]
    roles: frozenset[str]
    # None: every creditor of this installation (an operator's token).
    creditors: frozenset[UUID] | None
    expires_at: float

    @property
    def actor(self) -> str:
        """How the caller is written down in history and audit trail."""
        for role in ("supervisor", "clerk"):
            if role in self.roles:
                return f"{role}:{self.subject}"
        return f"machine:{self.subject}"

    def creditor(self, asked: str | None) -> UUID:
        """The creditor this request is about: the asked one, or the only one there is."""
        if asked is None:
            if self.creditors is None or len(self.creditors) != 1:
                raise InvalidInput.field("Inning-Creditor", "name the creditor in this header")
            return next(iter(self.creditors))
        try:
            creditor_id = UUID(asked)
        except ValueError:
            raise InvalidInput.field("Inning-Creditor", "not a UUID") from None
        if self.creditors is not None and creditor_id not in self.creditors:
            raise Forbidden("the access token is not for this creditor")
        return creditor_id


class TokenVerifier:
    """Checks signature, issuer, audience and times; keeps the keys and the last tokens."""

    def __init__(self, jwks_url: str, *, issuer: str, audience: str) -> None:
        self._jwks_url = jwks_url
        self._claims = jwt.JWTClaimsRegistry(
            leeway=10,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._fetching = asyncio.Lock()
        self._seen: OrderedDict[bytes, Principal] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        digest = hashlib.sha256(token.encode()).digest()
        known = self._seen.get(digest)
        if known is not None and known.expires_at > time.time():
            return known
        principal = await self._check(token)
        self._seen[digest] = principal
        while len(self._seen) > _CACHED_TOKENS:
            self._seen.popitem(last=False)
        return principal

    async def _check(self, token: str) -> Principal:
        for fetch_after_s in (_KEYS_FRESH_S, _REFETCH_AFTER_S):
            keys = await self._key_set(fetch_after_s)
            try:
                decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
                self._claims.validate(decoded.claims)
                return _principal(decoded.claims)
            except (JoseError, ValueError, KeyError):
                # An unknown key id may be a rotated key: ask once more, but not for each call.
                continue
        raise Unauthorized("the access token is not valid")

    async def _key_set(self, fetch_after_s: float) -> KeySet:
        async with self._fetching:
            if self._keys is None or time.monotonic() - self._fetched_at > fetch_after_s:
                try:
                    async with httpx.AsyncClient(timeout=5, verify=trusted()) as client:
                        response = await client.get(self._jwks_url)
                        response.raise_for_status()
                except httpx.HTTPError:
                    if self._keys is None:
                        raise TransientError("the token issuer's keys cannot be read") from None
                else:
                    self._keys = KeySet.import_key_set(response.json())
                    self._fetched_at = time.monotonic()
            return self._keys


def _principal(claims: dict[str, Any]) -> Principal:
    creditors = claims.get("creditors", [])
    everyone = creditors == ["*"]
    return Principal(
        subject=str(claims["sub"]),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        roles=frozenset(claims.get("roles", [])),
        creditors=None if everyone else frozenset(UUID(value) for value in creditors),
        expires_at=float(claims["exp"]),
    )


async def authenticate(
    request: Request,
    scopes: SecurityScopes,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Principal:
    if credentials is None:
        raise Unauthorized("send an access token: `Authorization: Bearer ...`")
    principal = await request.app.state.service.tokens.verify(credentials.credentials)
    missing = [scope for scope in scopes.scopes if scope not in principal.scopes]
    if missing:
        raise Forbidden(f"the access token lacks the scope {missing[0]}")
    request.state.principal = principal
    result: Principal = principal
    return result


def requires(scope: str) -> SecurityParam:
    """Goes into a route's `dependencies`: the scope a token must have to call it."""
    marker: SecurityParam = Security(authenticate, scopes=[scope])
    return marker


def caller(request: Request) -> Principal:
    """The checked principal of this request; the route must have named its scope."""
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is None:
        raise RuntimeError(f"route {request.url.path} names no scope")
    return principal


Caller = Annotated[Principal, Depends(caller)]
