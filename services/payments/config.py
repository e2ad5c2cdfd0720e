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
    # Where payouts are taken apart: Stripe's API, and the host of Adyen's reports.
    stripe_url: str = "https://api.stripe.com"
    stripe_api_key: SecretStr = SecretStr("")
    adyen_report_url: str = "https://ca-live.adyen.com"
    adyen_report_api_key: SecretStr = SecretStr("")
    # Refused webhooks kept for a look, per creditor; the oldest make room.
    refused_webhooks_kept: int = Field(200, ge=1, le=10_000)
    provider_timeout_s: float = Field(10.0, gt=0)
    # How a provider's payout is known by sender and text; a group, or all of it, is its reference.
    # What each writes by default, as far as its own pages say: see `payout_patterns`.
    payout_reference_pattern: str = r"\b\d{5,8}\.\d{4}\.\d{2}\b"
    adyen_payout_pattern: str = r"(?i)\bTX\w{3,28}XT\b.{0,80}?\bbatch\s+\d{1,9}\b"
    stripe_payout_pattern: str = (
        r"\bSTRIPE\b(?: [A-Z0-9-]{2,35}){0,8}"
        r"|(?i:\bstripe (?:technology|payments) europe\b)(?: \S{1,35}){0,12}"
    )
    gocardless_payout_pattern: str = (
        r"(?i:gocardless).{0,80}?\b([A-Za-z0-9]{1,18}-[A-Za-z0-9]{1,12})\b"
    )
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
    # A file is stored whole or not at all, and takes about 9 kB of memory per line until then.
    statement_lines_max: int = Field(500_000, ge=1)
    # How long a bank file waits for the creditor's file before it: as long as the largest may take.
    import_wait_s: float = Field(300.0, gt=0)

    def webhook_url(self, provider: str, creditor_id: UUID) -> str:
        address = (self.webhook_base_url or self.public_url).rstrip("/")
        return f"{address}/v1/webhooks/{provider}/{creditor_id}"

    @property
    def payout_patterns(self) -> dict[str, str]:
        """By provider, of those something was agreed with.

        Mollie: the settlement's `reference`, such as 1234567.2404.03 (docs.mollie.com/reference/
        get-settlement). Adyen: unique reference, merchant account and batch, such as
        "TX123456789123XT TestMerchant, batch 4" (adyen.help, "What remittance/payout description
        is configured for my accounts?"). Stripe: the payout's `statement_descriptor`, by default
        STRIPE, which banks may leave out; then its name alone tells (docs.stripe.com/payouts/
        statement-descriptors). GoCardless: the payout's `reference`, "which appears on the
        creditor's bank statement" (developer.gocardless.com/api-reference/#core-endpoints-payouts);
        its form is not documented, so its name has to stand before it. All but Mollie's can be
        agreed otherwise with the provider, or cut by the bank: hence settings.
        """
        agreed = {
            "adyen": (self.adyen_payout_pattern, self.adyen_hmac_keys, self.adyen_report_api_key),
            "stripe": (
                self.stripe_payout_pattern,
                self.stripe_webhook_secrets,
                self.stripe_api_key,
            ),
            "gocardless": (
                self.gocardless_payout_pattern,
                self.gocardless_webhook_secrets,
                self.gocardless_token,
            ),
        }
        return {"mollie": self.payout_reference_pattern} | {
            name: pattern
            for name, (pattern, *secrets) in agreed.items()
            if any(secret.get_secret_value() for secret in secrets)
        }

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
