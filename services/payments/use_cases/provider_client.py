"""The providers this installation talks to and hears from."""

from __future__ import annotations

from services.payments.config import Settings
from services.payments.providers.adyen import Adyen
from services.payments.providers.gocardless import GoCardless
from services.payments.providers.mollie import Mollie, MollieWebhooks
from services.payments.providers.provider import Provider, secrets_of
from services.payments.providers.stripe import Stripe
from shared.errors import NotFound


def provider_of(settings: Settings) -> Mollie:
    """The one payers are sent to."""
    return Mollie(
        settings.provider_url,
        settings.provider_api_key.get_secret_value(),
        timeout_s=settings.provider_timeout_s,
    )


def webhooks_of(settings: Settings, name: str) -> Provider:
    """The reader of a provider's webhooks; `NotFound` when nothing was agreed with it."""
    listed = {
        "mollie": settings.provider_webhook_secret,
        "adyen": settings.adyen_hmac_keys,
        "stripe": settings.stripe_webhook_secrets,
        "gocardless": settings.gocardless_webhook_secrets,
    }
    secrets = secrets_of(listed[name].get_secret_value()) if name in listed else ()
    if name == "mollie":
        # Its classic webhooks are unsigned, and believed for nothing but an id.
        return MollieWebhooks(lambda: provider_of(settings), secrets)
    if not secrets:
        raise NotFound("no webhooks are agreed with this provider")
    if name == "adyen":
        return Adyen(secrets, captures_by_hand=settings.adyen_captures_by_hand)
    if name == "stripe":
        return Stripe(secrets)
    return GoCardless(
        settings.gocardless_url,
        settings.gocardless_token.get_secret_value(),
        secrets,
        timeout_s=settings.provider_timeout_s,
    )
