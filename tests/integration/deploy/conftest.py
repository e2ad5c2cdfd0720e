"""Stacks of small test programs on ports and in folders of their own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.plan import ProcessSpec
from deploy.local.settings import LocalSettings
from deploy.local.stack import LocalStack
from tests.integration.deploy.programs import free_offset


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that every account may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="inning-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def settings(folder: Path) -> LocalSettings:
    """Settings that start neither a database nor a broker."""
    return LocalSettings(
        data_dir=folder,
        port_offset=free_offset(),
        database_url="postgresql://nobody@127.0.0.1:1/none",
        kafka_bootstrap_servers="127.0.0.1:1",
        ready_limit_s=20,
    )


@pytest.fixture
def stack_of(settings: LocalSettings) -> Iterator[Callable[..., LocalStack]]:
    """Builds a stack of the given processes; it is taken down at the end."""
    stacks: list[LocalStack] = []

    def build(*specs: ProcessSpec) -> LocalStack:
        stacks.append(LocalStack(settings, apps=specs))
        return stacks[-1]

    yield build
    for stack in stacks:
        stack.down()
