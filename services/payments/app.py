"""The HTTP side of payments: `uvicorn services.payments.app:create_app --factory`."""

from __future__ import annotations

from fastapi import FastAPI

from services.payments.api import (
    bank_accounts,
    credit,
    debits,
    mandates,
    match_settings,
    open_items,
    pay,
    payments,
    queue,
    reconciliation,
    remembered,
    remittances,
    statements,
    webhooks,
)
from services.payments.config import Settings, settings_of
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
            payments.router,
            queue.router,
            match_settings.router,
            credit.router,
            remembered.router,
            *remittances.ROUTERS,
            *debits.ROUTERS,
            reconciliation.router,
        ],
        summary="What came in, and whose it is.",
        larger_bodies={
            "/v1/statements": settings_of(service).statement_limit_bytes,
            "/v1/mandates/import": 100_000_000,
            "/v1/remittances": 20_000_000,
        },
    )
    # Payers and the provider come without a token: see `api.OPEN_ROUTES`.
    app.include_router(pay.router)
    app.include_router(webhooks.router)
    return app
