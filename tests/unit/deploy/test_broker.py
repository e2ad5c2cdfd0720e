"""Which broker is chosen, and what is said when a tool for it is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.local.broker import kind_of, prepare_broker
from deploy.local.errors import FetchFailed, StackError, ToolMissing
from deploy.local.kafka_server import find_java, kafka_version
from deploy.local.settings import LocalSettings
from deploy.local.state import Folder


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole path: what is not put there is not installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def install(tools: Path, name: str, script: str) -> None:
    program = tools / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def prepare(tmp_path: Path, broker: str) -> tuple[str, list[str]]:
    said: list[str] = []
    settings = LocalSettings.model_validate(
        {"data_dir": tmp_path / "data", "broker": broker, "kafka_cache": tmp_path / "cache"}
    )
    spec = prepare_broker(settings, Folder(settings.data), said.append)
    return kind_of(spec), said


def test_without_java_it_falls_back_and_says_so_in_one_sentence(
    tmp_path: Path, tools: Path
) -> None:
    kind, said = prepare(tmp_path, "auto")
    assert kind == "wheel"
    assert len(said) == 1
    assert said[0].startswith("Falling back")
    assert "openjdk-17-jdk-headless" in said[0]


def test_asked_for_apache_kafka_a_missing_java_is_an_error(tmp_path: Path, tools: Path) -> None:
    with pytest.raises(ToolMissing, match="No Java found: install a JDK 17"):
        prepare(tmp_path, "apache")


def test_an_old_java_is_named_as_too_old(tools: Path) -> None:
    install(tools, "java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2")
    with pytest.raises(ToolMissing, match="older than 17"):
        find_java()


def test_a_newer_java_is_taken_from_java_home_first(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "jdk"
    (home / "bin").mkdir(parents=True)
    install(home / "bin", "java", "echo 'openjdk version \"21.0.1\" 2023-10-17' >&2")
    install(tools, "java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert find_java() == str(home / "bin" / "java")


def test_a_failed_fetch_gives_maven_s_reason_and_leaves_no_half_cache(
    tmp_path: Path, tools: Path
) -> None:
    install(tools, "java", "echo 'openjdk version \"17.0.1\" 2021-10-19' >&2")
    install(tools, "mvn", "echo '[ERROR] Could not transfer artifact: unknown host'; exit 1")
    with pytest.raises(FetchFailed, match="Could not transfer artifact: unknown host"):
        prepare(tmp_path, "apache")
    assert not (tmp_path / "cache" / "libs").exists()


def test_without_maven_the_package_is_named(tmp_path: Path, tools: Path) -> None:
    install(tools, "java", "echo 'openjdk version \"17.0.1\" 2021-10-19' >&2")
    with pytest.raises(StackError, match="install the package maven"):
        prepare(tmp_path, "apache")


def test_asked_for_the_wheel_it_looks_for_no_java(tmp_path: Path, tools: Path) -> None:
    assert prepare(tmp_path, "wheel") == ("wheel", [])


def test_the_pinned_version_is_read_from_the_pom() -> None:
    assert kafka_version().startswith("4.")
    assert os.sep not in kafka_version()
