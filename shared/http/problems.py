"""Errors as `application/problem+json` (RFC 9457), each with a stable `code`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from shared.db import is_taken, is_transient
from shared.errors import Conflict, InningError, InvalidInput, TransientError, Unauthorized
from shared.telemetry import log

MEDIA_TYPE = "application/problem+json"

PROBLEM_SCHEMA = {
    "type": "object",
    "title": "Problem",
    "properties": {
        "type": {"type": "string", "examples": ["urn:inning:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "stable; programs decide on it"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "line": {"type": "integer"},
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "code"],
}


def problem(status: int, code: str, title: str, detail: str, **facts: Any) -> Response:
    body = {
        "type": f"urn:inning:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **facts,
    }
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def render(error: InningError) -> Response:
    facts = dict(error.facts)
    if isinstance(error, InvalidInput) and error.problems:
        facts["errors"] = [item.as_dict() for item in error.problems]
    response = problem(error.status, error.code, error.title, error.detail, **facts)
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TransientError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def install(app: FastAPI) -> None:
    app.add_exception_handler(InningError, _on_inning_error)
    app.add_exception_handler(RequestValidationError, _on_malformed)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_bug)


async def _on_inning_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, InningError)
    return render(error)


async def _on_malformed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # The offending input is left out: it may be personal data.
    problems = [
        {"field": ".".join(str(part) for part in item["loc"]), "message": said(item["msg"])}
        for item in error.errors()
    ]
    first = f"{problems[0]['field']}: {problems[0]['message']}" if problems else InvalidInput.title
    return problem(422, InvalidInput.code, InvalidInput.title, first, errors=problems)


def said(message: str) -> str:
    """What a validator of ours said, without Pydantic's words before it."""
    return message.removeprefix("Value error, ")


async def _on_http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {404: "not_found", 405: "method_not_allowed", 415: "unsupported_media_type"}
    code = codes.get(error.status_code, "refused")
    response = problem(error.status_code, code, str(error.detail), str(error.detail))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def _on_bug(request: Request, error: Exception) -> Response:
    if is_transient(error):
        log.warning("http.unavailable", error=type(error).__name__)
        return render(TransientError())
    route = getattr(request.scope.get("route"), "path", "")
    if is_taken(error):
        log.warning("http.taken", route=route)
        return render(Conflict("somebody stored the same at this moment: read it, then go on"))
    log.error("http.failed", route=route, error=type(error).__name__, exc_info=error)
    return render(InningError())
