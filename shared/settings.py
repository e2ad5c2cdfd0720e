"""Settings every service shares. A service's own Settings adds its fields and its prefix."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Environment = Literal["local", "test", "production"]


class CommonSettings(BaseSettings):
    """Read once at start from the environment; frozen afterwards."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    environment: Environment = Field("production", validation_alias="INNING_ENVIRONMENT")
    kafka_bootstrap_servers: str = Field(
        "127.0.0.1:9092", validation_alias="KAFKA_BOOTSTRAP_SERVERS"
    )
    kafka_partitions: int = Field(6, ge=1, validation_alias="INNING_KAFKA_PARTITIONS")
    kafka_replicas: int = Field(1, ge=1, validation_alias="INNING_KAFKA_REPLICAS")
    jwks_url: str = Field("http://127.0.0.1:8120/jwks.json", validation_alias="INNING_JWKS_URL")
    token_issuer: str = Field("http://127.0.0.1:8120", validation_alias="INNING_TOKEN_ISSUER")
    token_audience: str = Field("inning", validation_alias="INNING_TOKEN_AUDIENCE")
    # Base64 of 32 bytes. Wraps every customer's key; comes from a key service in production.
    master_key: SecretStr = Field(SecretStr(""), validation_alias="INNING_MASTER_KEY")
    otlp_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    body_limit_bytes: int = Field(2_000_000, validation_alias="INNING_BODY_LIMIT_BYTES")

    @property
    def clock_is_settable(self) -> bool:
        return self.environment != "production"


class ServiceSettings(CommonSettings):
    """What each of the four services needs of its own; `env_prefix` is the service's name."""

    # The role row-level security binds.
    database_url: SecretStr
    # The role that may read the outbox of all creditors, and nothing else.
    relay_database_url: SecretStr
    pool_size: int = Field(10, ge=1)
    worker_host: str = "127.0.0.1"
    worker_port: int = 0
