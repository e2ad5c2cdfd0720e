"""What docker-compose.yml promises: little may be done in a container, and little is told to it."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

from deploy.compose.addresses import NoEnvironment, host_environment, published, published_ports
from deploy.local.credentials import SERVICES
from deploy.local.environment import compose_environment
from deploy.local.kafka_server import kafka_version
from deploy.local.settings import CHECKOUT, LocalSettings, Ports
from services.payments.intake import __main__ as intake
from shared.settings import ServiceSettings

TEXT = (CHECKOUT / "docker-compose.yml").read_text()
CONTAINERS: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
EACH = pytest.mark.parametrize("name", sorted(CONTAINERS))
WANTED = re.compile(r"\$\{(\w+):\?")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith(("INNING_", "DATABASE_", "KAFKA_")):
            monkeypatch.delenv(name)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return made(tmp_path / ".env")


def made(path: Path) -> Path:
    subprocess.run([CHECKOUT / "deploy/compose/make-env", path], check=True)
    return path


def told(name: str) -> str:
    """All that a container is told, with the names of the variables it comes from."""
    return str(CONTAINERS[name].get("environment", {}))


def of_service(service: str) -> list[str]:
    return [name for name in CONTAINERS if name.split("-")[0] == service]


@EACH
def test_a_container_may_do_little_and_take_little(name: str) -> None:
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["mem_limit"]
    assert container["pids_limit"]


@EACH
def test_ports_are_published_on_the_loopback_address_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in CONTAINERS[name].get("ports", []))


def test_ports_are_those_of_the_stack_without_containers() -> None:
    numbers = dict(re.findall(r"127\.0\.0\.1:\$\{INNING_PORT__(\w+):-(\d+)\}", TEXT))
    ours = {name.upper(): str(getattr(Ports(), name)) for name in published()}
    assert {name: numbers[name] for name in ours} == ours


def test_ports_move_with_an_offset() -> None:
    moved = published_ports(LocalSettings(port_offset=3000))
    assert moved["INNING_PORT__BILLING"] == "11101"
    assert {f"${{{name}:-" for name in moved} <= set(re.findall(r"\$\{INNING_PORT__\w+:-", TEXT))


def test_the_administrator_of_the_database_is_known_to_two_containers() -> None:
    assert {name for name in CONTAINERS if "POSTGRES_PASSWORD" in told(name)} == {
        "postgres",
        "migrate",
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_no_password_of_another(service: str) -> None:
    for name in of_service(service):
        known = {other for other in SERVICES if f"{other.upper()}_PASSWORD" in told(name)}
        assert known == {service}


@pytest.mark.parametrize("service", SERVICES)
def test_every_secret_that_a_service_reads_can_be_told_to_it(service: str) -> None:
    settings: type[ServiceSettings] = import_module(f"services.{service}.config").Settings
    secrets = {
        str(field.validation_alias or f"{service}_{name}").upper()
        for name, field in settings.model_fields.items()
        if "SecretStr" in str(field.annotation)
    }
    assert len(secrets) >= 3
    for name in of_service(service):
        assert secrets <= set(CONTAINERS[name]["environment"])


@pytest.mark.parametrize("source", ["folder", "sftp"])
def test_the_intake_of_bank_files_is_told_all_that_it_can_hear(source: str) -> None:
    container = CONTAINERS[f"payments-{source}"]
    command = get_command(intake.app)
    assert isinstance(command, TyperGroup)
    heard = {option.envvar for option in command.commands[source].params if option.envvar}
    assert heard
    assert heard <= set(container["environment"])
    assert container["command"][-1] == source


def test_what_is_stopped_is_all_that_may_have_been_started() -> None:
    profiles = {profile for c in CONTAINERS.values() for profile in c.get("profiles", [])}
    (stopped,) = re.findall(
        r"COMPOSE_PROFILES=(\S+) \$\(COMPOSE\) down", (CHECKOUT / "Makefile").read_text()
    )
    assert set(stopped.split(",")) == profiles


def test_stand_ins_start_only_in_their_profile_and_only_they_have_their_image() -> None:
    stand_ins = {name for name in CONTAINERS if "standins" in CONTAINERS[name]["image"]}
    assert stand_ins == {"issuer", "provider", "mailbox", "tracebox"}
    assert all(CONTAINERS[name]["profiles"] == ["demo"] for name in stand_ins)


def test_both_stacks_run_the_same_kafka() -> None:
    assert f"apache/kafka:${{KAFKA_TAG:-{kafka_version()}}}" in TEXT


def test_nothing_is_nested_that_old_compose_commands_cannot_read() -> None:
    assert re.findall(r"\$\{[^}]*\$\{", TEXT) == []


def test_the_generated_file_says_all_that_is_wanted(env_file: Path) -> None:
    said = dict(line.split("=", 1) for line in env_file.read_text().splitlines() if "=" in line)
    assert set(WANTED.findall(TEXT)) <= set(said)
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_the_generated_file_is_completed_and_never_changed(env_file: Path) -> None:
    first = env_file.read_text()
    assert made(env_file).read_text() == first
    lines = [line for line in first.splitlines() if not line.startswith("PAYMENTS_PASSWORD=")]
    env_file.write_text("\n".join(lines) + "\n")
    again = made(env_file).read_text().splitlines()
    assert again[: len(lines)] == lines
    assert [line.split("=")[0] for line in again[len(lines) :]] == ["PAYMENTS_PASSWORD"]


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    one, other = (made(tmp_path / name).read_text() for name in ("one", "other"))
    secret = re.compile(r"^\w*(?:PASSWORD|SECRET|KEY)=(.+)$", re.MULTILINE)
    assert len(secret.findall(one)) == 13
    assert set(secret.findall(one)).isdisjoint(secret.findall(other))


def test_programs_here_learn_the_same_names_as_from_the_stack_without_containers(
    env_file: Path,
) -> None:
    class AnySecret(dict[str, str]):
        def __missing__(self, _name: str) -> str:
            return "secret"

    settings = LocalSettings()
    theirs = compose_environment(settings, AnySecret())
    ours = host_environment(settings, env_file)
    assert set(ours) == set(theirs) | {"DATABASE_URL"}
    assert ours["BILLING_URL"] == theirs["BILLING_URL"]


def test_without_the_file_the_sentence_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(NoEnvironment, match="make-env"):
        host_environment(LocalSettings(), tmp_path / ".env")
