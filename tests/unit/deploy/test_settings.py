"""Ports and outside addresses of the local stack."""

from __future__ import annotations

import pytest

from deploy.local.credentials import SERVICES
from deploy.local.processes import TABLE
from deploy.local.settings import CHECKOUT, LocalSettings, Ports


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "INNING_PORT_OFFSET"):
        monkeypatch.delenv(name, raising=False)


def test_no_two_things_want_the_same_port() -> None:
    numbers = list(Ports().model_dump().values())
    assert len(set(numbers)) == len(numbers)


def test_an_offset_moves_every_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNING_PORT_OFFSET", "1000")
    moved = LocalSettings().ports.model_dump()
    assert moved == {name: port + 1000 for name, port in Ports().model_dump().items()}


def test_a_port_set_by_name_stays_where_it_was_put(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNING_PORT_OFFSET", "1000")
    monkeypatch.setenv("INNING_PORT__KAFKA", "9092")
    ports = LocalSettings().ports
    assert (ports.kafka, ports.postgres) == (9092, 9132)


def test_a_relative_data_folder_is_meant_from_the_checkout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INNING_DATA_DIR", ".local/other")
    assert LocalSettings().data == CHECKOUT / ".local" / "other"


def test_a_stack_on_other_ports_keeps_its_data_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INNING_DATA_DIR", raising=False)
    usual = LocalSettings().data
    monkeypatch.setenv("INNING_PORT_OFFSET", "1000")
    assert LocalSettings().data != usual


def test_a_broker_named_in_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka.example:9092")
    assert LocalSettings().uses_external_broker


def test_our_own_broker_named_in_the_environment_is_still_our_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A shell that took over `env` must not keep `up` from starting the broker."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{Ports().kafka}")
    assert not LocalSettings().uses_external_broker


def test_every_row_listens_on_a_port_of_its_own_and_each_service_has_two_processes() -> None:
    ports = [row.port for row in TABLE if row.port]
    assert len(set(ports)) == len(ports)
    assert set(ports) <= set(Ports.model_fields)
    names = [row.name for row in TABLE]
    assert [name for name in names if name in SERVICES] == list(SERVICES)
    assert {f"{service}-worker" for service in SERVICES} <= set(names)


def test_migrations_run_once_between_the_databases_and_the_services() -> None:
    (migrate,) = (row for row in TABLE if row.once)
    services = [row for row in TABLE if row.name.startswith(SERVICES)]
    others = [row for row in TABLE if row not in {migrate, *services}]
    assert all(row.stage > migrate.stage for row in services)
    assert all(row.stage < migrate.stage for row in others)
