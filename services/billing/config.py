"""Billing's settings, read once from the environment (prefix `BILLING_`)."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="BILLING_", frozen=True, extra="ignore")

    # Contracts in one chunk of a billing run: a chunk is one transaction and one event.
    run_chunk_size: int = 500
