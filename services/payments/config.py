"""The settings of payments, read once from the environment (prefix `PAYMENTS_`)."""

from __future__ import annotations

import hmac
from uuid import UUID

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.service import Service
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="PAYMENTS_", frozen=True, extra="ignore")

    provider_url: str = "https://api.mollie.com"
    provider_api_key: SecretStr = SecretStr("")
    # Signs the provider's newer webhooks; the others carry an id alone and are fetched back.
    provider_webhook_secret: SecretStr = SecretStr("")
    # Secrets of webhooks; several, separated by commas, hold while one takes over from another.
    adyen_hmac_keys: SecretStr = SecretStr("")
    # Whether an authorisation at Adyen still has to be captured before it is money.
    adyen_captures_by_hand: bool = False
    stripe_webhook_secrets: SecretStr = SecretStr("")
    gocardless_webhook_secrets: SecretStr = SecretStr("")
    gocardless_url: str = "https://api.gocardless.com"
    gocardless_token: SecretStr = SecretStr("")
    # Refused webhooks kept for a look, per creditor; the oldest make room.
    refused_webhooks_kept: int = Field(200, ge=1, le=10_000)
    provider_timeout_s: float = Field(10.0, gt=0)
    # How the provider writes a settlement in the text of its payout.
    payout_reference_pattern: str = r"\b\d{5,8}\.\d{4}\.\d{2}\b"
    # Where payers reach this service from outside.
    public_url: str = "http://127.0.0.1:8102"
    # Where the provider reaches it with webhooks; empty: where payers do.
    webhook_base_url: str = ""
    link_secret: SecretStr = SecretStr("")
    link_valid_days: int = Field(730, ge=1, le=3_650)
    # What one address, one link, and one address with links that are none may ask for.
    page_requests_per_minute: int = Field(300, ge=1)
    link_requests_per_minute: int = Field(60, ge=1)
    link_failures_per_minute: int = Field(10, ge=1)
    # Where the official ISO 20022 schemas are (`pain.008.001.08.xsd`); empty: our own checks alone.
    xsd_dir: str = ""
    statement_limit_bytes: int = Field(300_000_000, ge=1)
    # A file is stored whole or not at all, and takes about 12 kB of memory per line until then.
    statement_lines_max: int = Field(500_000, ge=1)

    def webhook_url(self, provider: str, creditor_id: UUID) -> str:
        address = (self.webhook_base_url or self.public_url).rstrip("/")
        return f"{address}/v1/webhooks/{provider}/{creditor_id}"

    @property
    def link_key(self) -> bytes:
        """Seals payment links; without a secret of its own it is derived from the master key."""
        secret = self.link_secret.get_secret_value()
        if secret:
            return secret.encode()
        return hmac.digest(self.master_key.get_secret_value().encode(), b"links", "sha256")


def settings_of(service: Service) -> Settings:
    assert isinstance(service.settings, Settings)
    return service.settings
