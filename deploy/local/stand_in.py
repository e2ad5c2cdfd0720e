"""What the stand-ins for the outside world share: they answer loopback only, never in production.

A stand-in takes anybody's word. The address check keeps a web page in a developer's browser from
reaching it under another host name. In a container, where only the ports published on the loopback
address lead to it, it listens wider and answers to the container's name too.
"""

from __future__ import annotations

import os
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.templating import Jinja2Templates
from starlette.middleware.trustedhost import TrustedHostMiddleware

from deploy.local.errors import StackError
from deploy.local.settings import HOST, LocalSettings

PAGES = Jinja2Templates(directory=Path(__file__).parent / "pages")
SAFE_PAGE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
}


def refuse_in_production(what: str) -> None:
    """Raise StackError when the environment says production."""
    if os.environ.get("INNING_ENVIRONMENT", "local").lower() == "production":
        raise StackError(f"The {what} is for development only: INNING_ENVIRONMENT is production.")


def stand_in_app(title: str) -> FastAPI:
    """An empty app that says it is ready."""
    app = FastAPI(title=f"{title} (development only)")
    names = [HOST, "localhost", *filter(None, [LocalSettings().stand_in_name])]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=names)

    @app.get("/health/ready", include_in_schema=False)
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


def serve(app: FastAPI, port: int) -> None:
    uvicorn.run(
        app,
        host=LocalSettings().stand_in_host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
