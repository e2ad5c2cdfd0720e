"""The containers as an object, for tests that run against whichever stack there is."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess

from deploy.compose.addresses import host_environment
from deploy.local.credentials import SERVICES
from deploy.local.errors import StackError
from deploy.local.settings import CHECKOUT, LocalSettings

_COMMAND_LIMIT_S = 60
_LOGGED = (
    *SERVICES,
    *(f"{service}-worker" for service in SERVICES),
    *("migrate", "postgres", "kafka", "issuer", "provider", "mailbox", "tracebox"),
)


class ContainerStack:
    """What `LocalStack` offers to a test that neither starts nor stops it.

    COMPOSE names the compose command, COMPOSE_PROJECT_NAME the project; names are those of
    docker-compose.yml, such as `billing-worker`.
    """

    def __init__(self, settings: LocalSettings | None = None) -> None:
        self.settings = settings or LocalSettings()
        self._command = shlex.split(os.environ.get("COMPOSE") or "docker compose")

    def environment(self) -> dict[str, str]:
        return host_environment(self.settings)

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send `number` to all that runs in the container; its restart policy starts it again."""
        # The container's first process outlives this, sees its child die, and ends.
        self._run("exec", "-T", name, "sh", "-c", f"kill -{int(number)} -1", may_fail=True)

    def logs(self) -> dict[str, str]:
        """What each container has written so far."""
        return {name: self._run("logs", "--no-color", name) for name in _LOGGED}

    def _run(self, *arguments: str, may_fail: bool = False) -> str:
        done = subprocess.run(  # noqa: S603 - the command is the caller's own
            [*self._command, *arguments],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_LIMIT_S,
        )
        if done.returncode and not may_fail:
            raise StackError(f"{' '.join(self._command)}: {done.stderr.strip()[-500:]}")
        return done.stdout
