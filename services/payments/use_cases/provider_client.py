"""The client this installation talks to its provider with."""

from __future__ import annotations

from services.payments.config import Settings
from services.payments.providers.mollie import Mollie


def provider_of(settings: Settings) -> Mollie:
    return Mollie(
        settings.provider_url,
        settings.provider_api_key.get_secret_value(),
        timeout_s=settings.provider_timeout_s,
    )
