"""Billing's HTTP side: `uvicorn services.billing.app:create_app --factory`."""

from fastapi import FastAPI

from services.billing.api import contracts, creditors, customers, invoices, runs
from services.billing.config import Settings
from shared.http.app import create_http_app
from shared.service import Service


def create_app(service: Service | None = None) -> FastAPI:
    """The application; settings come from the environment unless a service is handed in."""
    return create_http_app(
        service or Service("billing", Settings()),
        [
            creditors.router,
            customers.router,
            *contracts.ROUTERS,
            runs.router,
            *invoices.ROUTERS,
        ],
        summary="What is owed, and the truth about every outstanding balance.",
        larger_bodies={
            "/v1/customers/import": 100_000_000,
            "/v1/contracts/import": 100_000_000,
            "/v1/meter-readings/import": 100_000_000,
        },
    )
