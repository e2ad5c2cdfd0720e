"""One unit of work per request: commit before the answer, or leave nothing.

`UnitOfWorkRoute` opens the transaction when the route asks for a session and commits it after the
route has answered but before the answer is sent, together with the stored answer for the
`Idempotency-Key` and the audit entry. An answer of 400 and above rolls back.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared import audit
from shared.auth import Caller
from shared.db import Database, ReadSession, Scope, WriteSession
from shared.errors import InvalidInput, Problem
from shared.http import idempotency

CreditorHeader = Annotated[
    str | None,
    Header(alias="Inning-Creditor", description="The creditor's id; needed by tokens for several"),
]
KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="Made by the caller, once per intent: repeating it repeats the first answer",
    ),
]


class Unit:
    """The transaction of one request, while it is open."""

    def __init__(self) -> None:
        self.stack = AsyncExitStack()
        self.session: WriteSession | None = None
        self.claim: idempotency.Claim | None = None

    async def settle(self, request: Request, response: Response) -> None:
        """Commit what a good answer promises; a refusing answer promises nothing."""
        if self.session is None or response.status_code >= 400:
            return
        route = request.scope["route"]
        audit.record(
            self.session,
            route.name,
            "/".join(str(value) for value in request.path_params.values()) or route.path,
            status=response.status_code,
        )
        if self.claim is not None:
            await idempotency.store(self.session, self.claim, response)
        await Database.commit(self.session)


class UnitOfWorkRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = frozenset(_query_names(self.dependant))

        async def run(request: Request) -> Response:
            _refuse_unknown(request, known)
            unit = request.state.unit = Unit()
            async with unit.stack:
                try:
                    response = await handle(request)
                except idempotency.Replay as replay:
                    return replay.response
                await unit.settle(request, response)
                return response

        return run


def _query_names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for inner in dependant.dependencies:
        yield from _query_names(inner)


def _refuse_unknown(request: Request, known: frozenset[str]) -> None:
    """A filter that is misspelt would else be left out, and the list be taken for the filtered."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        message = f"no such parameter here; there are: {', '.join(sorted(known)) or 'none'}"
        raise InvalidInput(message, [Problem(name, message) for name in unknown])


def router(prefix: str, tag: str) -> APIRouter:
    """A noun's router: its routes are units of work."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=UnitOfWorkRoute)


async def write_session(
    request: Request,
    principal: Caller,
    creditor: CreditorHeader = None,
    key: KeyHeader = None,
) -> WriteSession:
    unit: Unit = request.state.unit
    if unit.session is None:
        service = request.app.state.service
        route = request.scope["route"].name
        scope = Scope(principal.creditor(creditor), principal.actor, reason=f"http:{route}")
        session: WriteSession = await unit.stack.enter_async_context(service.db.transaction(scope))
        unit.session = session
        if request.method == "POST":
            unit.claim = await idempotency.claim(session, request, key)
    return unit.session


async def read_session(
    request: Request, principal: Caller, creditor: CreditorHeader = None
) -> ReadSession:
    unit: Unit = request.state.unit
    service = request.app.state.service
    scope = Scope(principal.creditor(creditor), principal.actor)
    session: ReadSession = await unit.stack.enter_async_context(service.db.read(scope))
    return session


Writing = Annotated[WriteSession, Depends(write_session)]
Reading = Annotated[ReadSession, Depends(read_session)]
