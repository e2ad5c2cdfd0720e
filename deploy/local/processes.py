"""The table of what runs on one machine, besides the database and the broker."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import NamedTuple

from deploy.local.credentials import SERVICES
from deploy.local.environment import child_environment
from deploy.local.plan import ProcessSpec, Readiness
from deploy.local.settings import CHECKOUT, HOST, LocalSettings

HEALTH = "/health/ready"
_STAND_INS, _MIGRATIONS, _SERVICES = 1, 2, 3
"""Stages. The database and the broker start in stage 1 too."""


class Row(NamedTuple):
    name: str
    stage: int
    module: tuple[str, ...]
    """What follows `python -m`; {port} becomes the number of `port`."""
    port: str | None = None
    """The field of `Ports` it listens on, and is asked whether it is ready."""
    once: bool = False


def _http(service: str) -> Row:
    uvicorn = (
        "uvicorn", f"services.{service}.app:create_app", "--factory", "--host", HOST,
        "--port", "{port}", "--no-access-log", "--timeout-graceful-shutdown", "10",
    )  # fmt: skip
    return Row(service, _SERVICES, uvicorn, service)


def _worker(service: str) -> Row:
    return Row(f"{service}-worker", _SERVICES, (f"services.{service}.worker",), f"{service}_worker")


TABLE: tuple[Row, ...] = (
    # Stand-ins for the outside world, for development only.
    Row("issuer", _STAND_INS, ("deploy.local.issuer", "serve"), "issuer"),
    Row("provider", _STAND_INS, ("deploy.local.provider",), "provider"),
    Row("mailbox", _STAND_INS, ("deploy.local.mailbox",), "mailbox"),
    Row("tracebox", _STAND_INS, ("deploy.local.tracebox",), "tracebox"),
    Row("migrate", _MIGRATIONS, ("shared.migrate",), once=True),
    *(_http(service) for service in SERVICES),
    *(_worker(service) for service in SERVICES),
)


def describe_processes(
    settings: LocalSettings, environment: Mapping[str, str], table: tuple[Row, ...] = TABLE
) -> tuple[ProcessSpec, ...]:
    """The table's rows with this stack's ports and environment filled in."""
    return tuple(_describe(row, settings, environment) for row in table)


def _describe(row: Row, settings: LocalSettings, environment: Mapping[str, str]) -> ProcessSpec:
    port = getattr(settings.ports, row.port) if row.port else None
    return ProcessSpec(
        name=row.name,
        command=(sys.executable, "-m", *(word.format(port=port) for word in row.module)),
        stage=row.stage,
        once=row.once,
        readiness=Readiness(kind="http", port=port, path=HEALTH) if port else None,
        environment={**child_environment(settings), **environment},
        folder=CHECKOUT,
    )
