"""Where the containers are reached from this machine, and with which secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deploy.local.credentials import SERVICES
from deploy.local.environment import compose_environment
from deploy.local.errors import StackError
from deploy.local.plan import Readiness
from deploy.local.processes import HEALTH
from deploy.local.settings import CHECKOUT, LocalSettings, port_setting

ENV_FILE = CHECKOUT / ".env"
_UNPUBLISHED = {"kafka_controller", "smtp"}
_PAYMENTS_SECRETS = (
    "PAYMENTS_PROVIDER_API_KEY",
    "PAYMENTS_PROVIDER_WEBHOOK_SECRET",
    "PAYMENTS_LINK_SECRET",
)


class NoEnvironment(StackError):
    """docker-compose.yml reads what this file says, and so do we."""


def host_environment(settings: LocalSettings, env_file: Path = ENV_FILE) -> dict[str, str]:
    """The variables of the stack without containers, by the same names, for this one."""
    said = _read(env_file)
    try:
        environment = compose_environment(settings, _credentials(said))
    except KeyError as missing:
        raise NoEnvironment(f"{env_file} lacks {missing}: run deploy/compose/make-env") from None
    return environment | {"DATABASE_URL": environment["INNING_ADMIN_DATABASE_URL"]}


def published_ports(settings: LocalSettings) -> dict[str, str]:
    """The settings that make docker-compose.yml publish its ports where `settings` has them."""
    return {port_setting(name): str(getattr(settings.ports, name)) for name in published()}


def published() -> Iterator[str]:
    return (name for name in type(LocalSettings().ports).model_fields if name not in _UNPUBLISHED)


def readiness(name: str, settings: LocalSettings) -> Readiness:
    port = getattr(settings.ports, name)
    if name == "postgres":
        return Readiness(kind="postgres", port=port)
    if name == "kafka":
        return Readiness(kind="kafka", port=port)
    return Readiness(kind="http", port=port, path=HEALTH)


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        raise NoEnvironment(f"{path} is not there: run deploy/compose/make-env")
    return dict(_pairs(path.read_text().splitlines()))


def _pairs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            yield name.strip(), value


def _credentials(said: dict[str, str]) -> dict[str, str]:
    """What .env says, under the names that the stack without containers has for it."""
    roles = {f"inning_{service}": said[f"{service.upper()}_PASSWORD"] for service in SERVICES}
    relays = {
        f"inning_{service}_relay": said[f"{service.upper()}_RELAY_PASSWORD"] for service in SERVICES
    }
    return {
        **roles,
        **relays,
        **{name.lower(): said[name] for name in _PAYMENTS_SECRETS},
        "postgres": said["POSTGRES_PASSWORD"],
        "master_key": said["INNING_MASTER_KEY"],
    }
