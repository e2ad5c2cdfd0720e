"""Every route an application answers on, those behind included routers too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from fastapi import FastAPI
from fastapi.routing import APIRoute


class Answered(NamedTuple):
    method: str
    path: str
    in_schema: bool


def routes_of(app: FastAPI) -> list[Answered]:
    return sorted(set(_walk(app.routes, "")))


def _walk(routes: Any, prefix: str) -> Iterator[Answered]:
    for route in routes:
        included = getattr(route, "include_context", None)
        if included is not None:
            yield from _walk(route.original_router.routes, prefix + included.prefix)
        elif isinstance(route, APIRoute):
            for method in route.methods or ():
                yield Answered(method, prefix + route.path, route.include_in_schema)
        else:
            for method in getattr(route, "methods", None) or ():
                yield Answered(method, prefix + route.path, in_schema=False)
