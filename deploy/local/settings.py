"""Settings of the local stack. Every one is an environment variable named INNING_<FIELD>."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"


class Ports(BaseModel):
    """TCP ports on the loopback address. One alone is changed by INNING_PORT__<NAME>."""

    model_config = ConfigDict(frozen=True)

    billing: int = 8101
    payments: int = 8102
    collections: int = 8103
    notifications: int = 8104
    billing_worker: int = 8111
    payments_worker: int = 8112
    collections_worker: int = 8113
    notifications_worker: int = 8114
    issuer: int = 8120
    provider: int = 8121
    mailbox: int = 8122
    tracebox: int = 8123
    smtp: int = 8125
    postgres: int = 8132
    kafka: int = 8192
    kafka_controller: int = 8193

    def shifted(self, offset: int) -> Ports:
        """The defaults moved by `offset`; a port that was set by name stays where it was put."""
        moved = {
            name: port if name in self.model_fields_set else port + offset
            for name, port in self.model_dump().items()
        }
        return Ports(**moved)


def port_setting(name: str) -> str:
    """The environment variable that moves this one port."""
    return f"INNING_PORT__{name.upper()}"


class LocalSettings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="INNING_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    data_dir: Path | None = None
    """Empty: .local in the checkout, with other ports a folder of its own in there."""
    port_offset: int = 0
    test_port_offset: int = 1000
    port: Ports = Ports()

    database_url: str | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_URL", "database_url")
    )
    kafka_bootstrap_servers: str | None = Field(
        default=None,
        validation_alias=AliasChoices("KAFKA_BOOTSTRAP_SERVERS", "kafka_bootstrap_servers"),
    )

    postgres_shared_buffers: str = "128MB"
    postgres_max_connections: int = 300
    postgres_fsync: bool = True
    """False for tests: a crash of this machine, but none of PostgreSQL, may then cost the data."""
    postgres_account: str = ""
    """Whom PostgreSQL runs as when we are root; empty: `postgres`, else `nobody`."""

    broker: Literal["apache", "wheel", "auto"] = "auto"
    kafka_heap_mb: int = 384
    kafka_cache: Path | None = None
    """Where Kafka's jars are kept; empty: ~/.cache/inning/kafka-<version>."""

    stand_in_host: str = HOST
    """Where the stand-ins listen: on this machine alone, unless a container is all around them."""
    stand_in_name: str = ""
    """The name a stand-in answers to besides the loopback ones: its container's."""

    ready_limit_s: float = 90.0

    @property
    def uses_external_database(self) -> bool:
        return bool(self.database_url)

    @property
    def uses_external_broker(self) -> bool:
        """False for our own broker's address too: `env` exports it, and a shell may keep it."""
        return self.kafka_bootstrap_servers not in {None, "", f"{HOST}:{self.ports.kafka}"}

    @property
    def ports(self) -> Ports:
        return self.port.shifted(self.port_offset)

    @property
    def data(self) -> Path:
        """The data folder as an absolute path, whatever folder the command was given in."""
        if self.data_dir is not None:
            return CHECKOUT / self.data_dir
        local = CHECKOUT / ".local"
        return local / f"offset-{self.port_offset}" if self.port_offset else local
