"""`python -m deploy.local` as a person uses it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.settings import CHECKOUT, LocalSettings
from deploy.local.stack import LocalStack
from tests.integration.deploy.programs import answering

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(folder: Path) -> Run:
    def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deploy.local", *words],
            cwd=CHECKOUT,
            env={**os.environ, "INNING_DATA_DIR": str(folder), "COLUMNS": "200", **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return command


def test_env_prints_exports_that_a_shell_takes_over(run: Run) -> None:
    exports = run("env").stdout
    shown = subprocess.run(
        ["sh", "-c", f'{exports}\nprintf %s "$PAYMENTS_PUBLIC_URL"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.startswith("http://127.0.0.1:")
    assert "INNING_PORT__" not in exports


def test_when_nothing_runs_status_says_how_to_start_and_down_is_harmless(run: Run) -> None:
    status = run("status")
    assert (status.returncode, "make up" in status.stderr) == (1, True)
    down = run("down")
    assert (down.returncode, down.stderr.strip()) == (0, "Nothing was running.")


def test_status_and_logs_tell_of_what_runs(
    run: Run, settings: LocalSettings, stack_of: Callable[..., LocalStack]
) -> None:
    stack = stack_of(answering("web", settings.ports.billing))
    stack.up()
    status = run("status")
    assert status.returncode == 0
    row = next(line for line in status.stdout.splitlines() if "web" in line)
    assert str(stack.pid_of("web")) in row
    assert "ready" in row
    assert "web started as pid" in run("logs", "supervisor").stdout
    unknown = run("logs", "nobody")
    assert (unknown.returncode, "No log of nobody" in unknown.stderr) == (1, True)


def test_what_goes_wrong_is_a_sentence_and_not_a_traceback(run: Run, folder: Path) -> None:
    refused = run(
        "up",
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        KAFKA_BOOTSTRAP_SERVERS="",
        INNING_BROKER="apache",
        INNING_PORT_OFFSET="20000",
        JAVA_HOME=str(folder),
    )
    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines()[-1].startswith("No Java found: install a JDK 17")
