"""The HTTP side of payments: `uvicorn services.payments.app:create_app --factory`."""

from __future__ import annotations

from fastapi import FastAPI

from services.payments.api import (
    bank_accounts,
    credit,
    debits,
    mandate_page,
    mandates,
    match_settings,
    open_items,
    pay,
    payment_links,
    payments,
    payouts,
    queue,
    read_statements,
    reconciliation,
    remembered,
    remittances,
    reversals,
    sepa_settings,
    statements,
    status_reports,
    transfer_executions,
    transfers,
    webhooks,
)
from services.payments.api.page_limits import PageLimits
from services.payments.config import Settings, settings_of
from services.payments.use_cases.import_turns import ImportTurns
from services.payments.use_cases.keep_webhooks import WebhookIntake
from shared.http.app import create_http_app
from shared.service import Service


def create_app(service: Service | None = None) -> FastAPI:
    """The application; settings come from the environment unless a service is handed in."""
    service = service or Service("payments", Settings())
    app = create_http_app(
        service,
        [
            *webhooks.ROUTERS,
            bank_accounts.router,
            mandates.router,
            open_items.router,
            read_statements.router,
            statements.router,
            payments.router,
            queue.router,
            match_settings.router,
            credit.router,
            remembered.router,
            *remittances.ROUTERS,
            *payment_links.ROUTERS,
            *debits.ROUTERS,
            *transfers.ROUTERS,
            *transfer_executions.ROUTERS,
            status_reports.router,
            sepa_settings.router,
            reconciliation.router,
            payouts.router,
            reversals.router,
        ],
        summary="What came in, and whose it is.",
        larger_bodies={
            "/v1/statements": settings_of(service).statement_limit_bytes,
            "/v1/statements/read": settings_of(service).statement_limit_bytes,
            "/v1/mandates/import": 100_000_000,
            "/v1/remittances": 20_000_000,
            "/v1/payment-status-reports": 100_000_000,
        },
    )
    app.state.page_limits = PageLimits(service)
    app.state.webhook_intake = WebhookIntake(service)
    app.state.import_turns = ImportTurns(settings_of(service).import_wait_s)
    # Payers and customers with a link come without a token: see `api.OPEN_ROUTES`.
    app.include_router(pay.router)
    app.include_router(mandate_page.router)
    return app
