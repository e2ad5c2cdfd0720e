"""The providers this installation talks to and hears from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.payments.config import Settings
from services.payments.providers.adyen import Adyen
from services.payments.providers.adyen_payouts import AdyenPayouts
from services.payments.providers.gocardless import GoCardless
from services.payments.providers.gocardless_payouts import GoCardlessPayouts
from services.payments.providers.mollie import Mollie, MollieWebhooks
from services.payments.providers.mollie_settlements import MolliePayouts
from services.payments.providers.provider import PayoutSource, Provider, secrets_of
from services.payments.providers.stripe import Stripe
from services.payments.providers.stripe_payouts import StripePayouts
from shared.errors import NotFound


def provider_of(settings: Settings) -> Mollie:
    """The one payers are sent to."""
    return Mollie(
        settings.provider_url,
        settings.provider_api_key.get_secret_value(),
        timeout_s=settings.provider_timeout_s,
    )


def payouts_of(settings: Settings, name: str, reports: Mapping[str, Sequence[str]]) -> PayoutSource:
    """Who tells what a provider's payouts are made of; `reports` are those Adyen told of."""
    if name == "stripe":
        return StripePayouts(
            settings.stripe_url,
            settings.stripe_api_key.get_secret_value(),
            timeout_s=settings.provider_timeout_s,
        )
    if name == "adyen":
        return AdyenPayouts(
            settings.adyen_report_url,
            settings.adyen_report_api_key.get_secret_value(),
            reports,
            timeout_s=settings.provider_timeout_s,
        )
    if name == "gocardless":
        return GoCardlessPayouts(
            settings.gocardless_url,
            settings.gocardless_token.get_secret_value(),
            timeout_s=settings.provider_timeout_s,
        )
    return MolliePayouts(
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
