"""Collections' HTTP side: `uvicorn services.collections.app:create_app --factory`."""

from fastapi import FastAPI

from services.collections.api import (
    arrangements,
    bailiff,
    cases,
    customers,
    disputes,
    holds,
    policy,
    summary,
    worklist,
)
from services.collections.config import Settings
from shared.http.app import create_http_app
from shared.service import Service


def create_app(service: Service | None = None) -> FastAPI:
    """The application; settings come from the environment unless a service is handed in."""
    return create_http_app(
        service or Service("collections", Settings()),  # from the environment
        [
            worklist.router,
            cases.router,
            customers.router,
            arrangements.router,
            disputes.router,
            holds.router,
            policy.router,
            bailiff.router,
            summary.router,
        ],
        summary="What happens next with what is overdue, and whether it is allowed.",
    )
