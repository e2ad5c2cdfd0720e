"""The HTTP side of notifications: `uvicorn services.notifications.app:create_app --factory`."""

from fastapi import FastAPI

from services.notifications.api import customers, letterhead, messages, summary
from services.notifications.config import Settings
from shared.http.app import create_http_app
from shared.service import Service


def create_app(service: Service | None = None) -> FastAPI:
    """The application; settings come from the environment unless a service is handed in."""
    return create_http_app(
        service or Service("notifications", Settings()),
        [messages.router, customers.router, letterhead.router, summary.router],
        summary="What was said to whom, when, by which road, and the proof of it.",
    )
