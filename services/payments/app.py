"""The HTTP side of payments: `uvicorn services.payments.app:create_app --factory`."""

from __future__ import annotations

from fastapi import FastAPI

from services.payments.api import (
    bank_accounts,
    debits,
    mandates,
    open_items,
    pay,
    payments,
    payouts,
    reconciliation,
    statements,
    webhooks,
)
from services.payments.config import Settings, settings_of
from services.payments.use_cases.keep_webhooks import WebhookIntake
from shared.http.app import create_http_app
from shared.service import Service


def create_app(service: Service | None = None) -> FastAPI:
    """The application; settings come from the environment unless a service is handed in."""
    service = service or Service("payments", Settings())
    app = create_http_app(
        service,
        [
            bank_accounts.router,
            mandates.router,
            open_items.router,
            statements.router,
            *payments.ROUTERS,
            *debits.ROUTERS,
            reconciliation.router,
            *webhooks.ROUTERS,
            payouts.router,
        ],
        summary="What came in, and whose it is.",
        larger_bodies={
            "/v1/statements": settings_of(service).statement_limit_bytes,
            "/v1/mandates/import": 100_000_000,
        },
    )
    # Payers come without a token: see `api.OPEN_ROUTES`.
    app.include_router(pay.router)
    app.state.webhook_intake = WebhookIntake(service)
    return app
