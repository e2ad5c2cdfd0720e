"""Collections' settings, read once from the environment (prefix `COLLECTIONS_`)."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.service import Service
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="COLLECTIONS_", frozen=True, extra="ignore")

    # Customers looked at in one transaction.
    evaluation_chunk: int = Field(1_000, ge=1)
    # Which dated policy a creditor follows, by jurisdiction; without one nobody is dunned.
    policies: dict[str, str] = Field({"NL": "nl-water"})


def settings_of(service: Service) -> Settings:
    """The settings of this service, as what they are."""
    assert isinstance(service.settings, Settings)
    return service.settings
