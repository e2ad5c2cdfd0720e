"""`Idempotency-Key`: the same key and body give the first answer again; another body is an error.

The key is claimed and the answer stored in the transaction of the effect, so there is never one
without the other. Two requests at once: the second waits for the first, then gets its answer.
Refused requests (4xx, 5xx) changed nothing and store nothing; their key may be used again.

An answer may tell of a person, so it is forgotten after some days, long after the last retry.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import orjson
from fastapi import Request, Response
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from shared.db import Scope, WriteSession, scope_of
from shared.errors import BusinessError, InvalidInput
from shared.service import Service
from shared.tables import idempotency_keys

REPLAYED_HEADER = "Idempotency-Replayed"
_KEPT_HEADERS = ("content-type", "location", "etag")
_KEPT_FOR = timedelta(days=3)

_READ = text("SELECT request_hash, status, headers, body FROM idempotency_keys WHERE key = :key")
_STORE = text(
    "UPDATE idempotency_keys SET status = :status, headers = CAST(:headers AS jsonb), body = :body"
    " WHERE key = :key"
)
_FORGET = text("DELETE FROM idempotency_keys WHERE created_at < :before")


class KeyReused(BusinessError):
    code = "idempotency_key_reused"
    status = 422
    title = "This Idempotency-Key was used for another request"


@dataclass(frozen=True, slots=True)
class Claim:
    key: str


class Replay(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__("replay")
        self.response = response


async def claim(session: WriteSession, request: Request, key: str | None) -> Claim:
    """Claim `key` for this request, or raise `Replay` with the answer it got before."""
    if not key:
        raise InvalidInput.field("Idempotency-Key", "this header is needed: any unique text")
    request_hash = await _hash(request)
    inserted = await session.execute(
        insert(idempotency_keys)
        .values(
            creditor_id=scope_of(session).creditor_id,
            key=key,
            request_hash=request_hash,
            created_at=session.info["clock"].now(),
        )
        .on_conflict_do_nothing()
        .returning(idempotency_keys.c.key)
    )
    if inserted.one_or_none() is not None:
        return Claim(key)
    first = (await session.execute(_READ, {"key": key})).one()
    if first.request_hash != request_hash:
        raise KeyReused()
    raise Replay(
        Response(first.body, first.status, headers={**first.headers, REPLAYED_HEADER: "true"})
    )


async def store(session: WriteSession, claimed: Claim, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    await session.execute(
        _STORE,
        {
            "key": claimed.key,
            "status": response.status_code,
            "headers": orjson.dumps(headers).decode(),
            "body": bytes(response.body),
        },
    )


async def forget(service: Service, creditor_id: UUID, _today: date) -> None:
    """A job of every service's clock."""
    scope = Scope(creditor_id, f"system:{service.name}", reason="forget_answers")
    async with service.db.write(scope) as session:
        await session.execute(_FORGET, {"before": service.clock.now() - _KEPT_FOR})


async def _hash(request: Request) -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    # A route that streams its body has told its digest; others have a body in memory.
    told: bytes | None = getattr(request.state, "body_digest", None)
    digest.update(told if told is not None else await request.body())
    return digest.digest()
