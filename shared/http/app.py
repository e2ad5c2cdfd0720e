"""The application factory of the HTTP side, and of the worker's small health server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse

from shared import telemetry
from shared.garbage import collect_seldom
from shared.http import problems, testclock
from shared.http.limits import BodyLimit
from shared.service import Service


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
        collect_seldom()
        app.state.service = service
        stop = asyncio.Event()
        following = asyncio.create_task(service.follow_clock(stop))
        yield
        stop.set()
        await following
        await service.close()
        telemetry.shut_down()

    app = FastAPI(
        title=f"Inning {service.name}",
        version="1",
        summary=summary,
        lifespan=lifespan,
        telemetry=telemetry.HTTP,
        responses={
            "default": {
                "description": "A problem document (RFC 9457)",
                "content": {problems.MEDIA_TYPE: {"schema": problems.PROBLEM_SCHEMA}},
            }
        },
    )
    app.state.service = service
    problems.install(app)
    app.add_middleware(
        BodyLimit, limit_bytes=service.settings.body_limit_bytes, larger=larger_bodies or {}
    )
    for router in routers:
        app.include_router(router, prefix="/v1")
    if service.settings.clock_is_settable:
        app.include_router(testclock.router, prefix="/v1")
    app.include_router(_health(service))
    return app


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
