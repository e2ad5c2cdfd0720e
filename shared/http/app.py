"""The application factory of the HTTP side, and of the worker's small health server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute

from shared import telemetry
from shared.http import problems, testclock
from shared.http.limits import BodyLimit
from shared.service import Service

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem document (RFC 9457)",
        "content": {problems.MEDIA_TYPE: {"schema": problems.PROBLEM_SCHEMA}},
    }
}
# By the router's identity: the routes keep it alive.
_worked_out: dict[int, Sequence[BaseRoute]] = {}


def create_http_app(
    service: Service,
    routers: Sequence[APIRouter],
    *,
    summary: str,
    larger_bodies: Mapping[str, int] | None = None,
) -> FastAPI:
    """A service's HTTP side. `larger_bodies` maps a path to a body limit of its own, in bytes."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        telemetry.set_up(service.name, service.settings.otlp_endpoint)
        app.state.service = service
        stop = asyncio.Event()
        following = asyncio.create_task(service.follow_clock(stop))
        yield
        stop.set()
        await following
        await service.close()
        telemetry.shut_down()

    versioned = [*routers, testclock.router] if service.settings.clock_is_settable else routers
    app = FastAPI(
        title=f"Inning {service.name}",
        version="1",
        summary=summary,
        lifespan=lifespan,
        telemetry=telemetry.HTTP,
        routes=[route for router in versioned for route in _in_version_1(router)],
        responses=_PROBLEMS,
    )
    app.state.service = service
    problems.install(app)
    app.add_middleware(
        BodyLimit, limit_bytes=service.settings.body_limit_bytes, larger=larger_bodies or {}
    )
    app.include_router(_health(service))
    return app


def _in_version_1(router: APIRouter) -> Sequence[BaseRoute]:
    """The router's routes under /v1, worked out once for all applications of this process."""
    if id(router) not in _worked_out:
        version = APIRouter()
        version.include_router(router, prefix="/v1", responses=_PROBLEMS)
        _worked_out[id(router)] = version.routes
    return _worked_out[id(router)]


def _health(service: Service) -> APIRouter:
    router = APIRouter(prefix="/health", include_in_schema=False)

    @router.get("/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/ready")
    async def ready() -> JSONResponse:
        missing = await service.ready()
        if missing:
            return JSONResponse({"status": "not ready", "missing": missing}, status_code=503)
        return JSONResponse({"status": "ready"})

    return router
