"""What the processes of the local stack are told, and the secrets made for them."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.local.credentials import SERVICES, load_credentials
from deploy.local.environment import child_environment, compose_environment
from deploy.local.settings import LocalSettings
from deploy.local.state import Folder


def _settings(folder: Path, **changes: object) -> LocalSettings:
    values = {"data_dir": folder, "database_url": None, "kafka_bootstrap_servers": None}
    return LocalSettings(**{**values, **changes})  # type: ignore[arg-type]


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "data")
    first = load_credentials(folder)
    assert load_credentials(folder) == first
    assert folder.secrets.stat().st_mode & 0o777 == 0o600
    assert len(set(first.values())) == len(first)


def test_the_master_key_is_32_bytes(tmp_path: Path) -> None:
    key = load_credentials(Folder(tmp_path))["master_key"]
    assert len(base64.b64decode(key, validate=True)) == 32


def test_a_secret_that_an_older_file_lacks_is_added_and_the_others_stay(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.secrets.write_text('{"postgres": "kept"}')
    credentials = load_credentials(folder)
    assert credentials["postgres"] == "kept"
    assert credentials["payments_link_secret"]


def test_each_service_gets_two_roles_of_its_own(tmp_path: Path) -> None:
    credentials = load_credentials(Folder(tmp_path))
    environment = compose_environment(_settings(tmp_path), credentials)
    urls = [
        urlsplit(environment[f"{service.upper()}_{kind}DATABASE_URL"])
        for service in SERVICES
        for kind in ("", "RELAY_")
    ]
    assert [url.username for url in urls] == [
        f"inning_{service}{suffix}" for service in SERVICES for suffix in ("", "_relay")
    ]
    assert {(url.hostname, url.port, url.path) for url in urls} == {("127.0.0.1", 8132, "/inning")}
    assert len({url.password for url in urls}) == 2 * len(SERVICES)


def test_given_a_database_the_services_are_sent_there_and_it_stays_the_administrators(
    tmp_path: Path,
) -> None:
    admin_url = "postgresql://boss:p%40ss@db.example:6000/takings?sslmode=require"
    environment = compose_environment(
        _settings(tmp_path, database_url=admin_url), load_credentials(Folder(tmp_path))
    )
    assert environment["INNING_ADMIN_DATABASE_URL"] == admin_url
    billing = urlsplit(environment["BILLING_DATABASE_URL"])
    assert (billing.username, billing.hostname, billing.port) == (
        "inning_billing",
        "db.example",
        6000,
    )
    assert (billing.path, billing.query) == ("/takings", "sslmode=require")


def test_a_child_finds_the_ports_of_the_stack_that_started_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = _settings(tmp_path, port_offset=2000)
    for name, value in child_environment(settings).items():
        monkeypatch.setenv(name, value)
    assert LocalSettings().ports == settings.ports
    assert LocalSettings().data == settings.data


def test_every_address_moves_with_the_offset(tmp_path: Path) -> None:
    environment = compose_environment(
        _settings(tmp_path, port_offset=1000), load_credentials(Folder(tmp_path))
    )
    assert environment["KAFKA_BOOTSTRAP_SERVERS"] == "127.0.0.1:9192"
    assert environment["INNING_JWKS_URL"] == "http://127.0.0.1:9120/jwks.json"
    assert environment["NOTIFICATIONS_SMTP_PORT"] == "9125"
    assert environment["COLLECTIONS_WORKER_PORT"] == "9113"
