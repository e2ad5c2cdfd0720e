"""A PostgreSQL and a broker for integration tests, shared by all test runs of one checkout."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from deploy.local.broker import BrokerKind
from deploy.local.credentials import load_credentials
from deploy.local.environment import admin_database_url, kafka_bootstrap_servers
from deploy.local.plan import load_plan
from deploy.local.settings import CHECKOUT, LocalSettings
from deploy.local.stack import LocalStack
from deploy.local.state import locked


@dataclass(slots=True)
class Infra:
    """Where the two are. `admin_database_url` may create roles and databases."""

    admin_database_url: str
    kafka_bootstrap_servers: str
    broker_kind: BrokerKind
    stack: LocalStack = field(repr=False)
    _use: IO[str] | None = field(repr=False)

    def stop(self) -> None:
        """Give it back: the last user of an infrastructure that tests started stops it."""
        if self._use is None:
            return
        self._use.close()
        self._use = None
        path = self.stack.folder.users_lock
        with suppress(BlockingIOError), locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            if not load_plan(self.stack.folder.plan).leave_running:
                self.stack.down()


def settings_for_tests() -> LocalSettings:
    """The environment's settings, moved to the ports and the folder that tests use."""
    settings = LocalSettings()
    return settings.model_copy(
        update={
            "port_offset": settings.test_port_offset,
            "data_dir": CHECKOUT / ".local" / "test",
            "postgres_fsync": False,
        }
    )


def settings_for_measuring() -> LocalSettings:
    """As for tests, but on a PostgreSQL of its own that keeps what it says it keeps."""
    settings = settings_for_tests()
    return settings.model_copy(
        update={
            "port_offset": settings.port_offset + 250,
            "data_dir": CHECKOUT / ".local" / "measured",
            "postgres_fsync": True,
        }
    )


def ensure_infra(
    settings: LocalSettings | None = None, report: Callable[[str], None] = lambda _: None
) -> Infra:
    """Start the test infrastructure, or join one that runs; DATABASE_URL and
    KAFKA_BOOTSTRAP_SERVERS are used instead of starting one's own.
    """
    stack = LocalStack(settings or settings_for_tests(), report=report)
    path = stack.folder.users_lock
    path.parent.mkdir(parents=True, exist_ok=True)
    use = path.open("a+")
    fcntl.flock(use, fcntl.LOCK_SH)
    try:
        if not (stack.settings.uses_external_database and stack.settings.uses_external_broker):
            stack.up("infra", leave_running=False)
    except BaseException:
        use.close()
        raise
    return Infra(
        admin_database_url(stack.settings, load_credentials(stack.folder)),
        kafka_bootstrap_servers(stack.settings),
        stack.broker_kind(),
        stack,
        use,
    )
