"""What the supervisor tells the world: one file, rewritten at every change, read by everyone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from deploy.local.plan import write_private

Phase = Literal[
    "waiting", "starting", "ready", "unready", "restarting", "done", "failed", "held", "stopped"
]


class ProcessState(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    phase: Phase = "waiting"
    pid: int | None = None
    birth: str | None = None
    started_at: datetime | None = None
    restarts: int = 0
    early_exits: int = 0
    """Ends in a row before it was ever ready."""
    note: str = ""


class StackState(BaseModel):
    model_config = ConfigDict(frozen=True)

    supervisor_pid: int = 0
    supervisor_birth: str | None = None
    plan_revision: int = 0
    """The plan that is being followed."""
    processes: dict[str, ProcessState] = Field(default_factory=dict)


class Folder:
    """The data folder's layout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.plan = root / "plan.json"
        self.state = root / "state.json"
        self.secrets = root / "secrets.json"
        self.logs = root / "logs"
        self.pid = root / "supervisor.pid"
        self.supervisor_lock = root / "supervisor.lock"
        self.command_lock = root / "command.lock"
        self.users_lock = root / "users.lock"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def read_state(self) -> StackState:
        try:
            return StackState.model_validate_json(self.state.read_bytes())
        except FileNotFoundError:
            return StackState()

    def write_state(self, state: StackState) -> None:
        write_private(self.state, state.model_dump_json(indent=1))

    def log_tail(self, name: str, lines: int = 15) -> str:
        path = self.log(name)
        if not path.exists():
            return ""
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 200 * lines))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


@contextmanager
def locked(path: Path, mode: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold an advisory lock on `path`; BlockingIOError with LOCK_NB when another holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as handle:
        fcntl.flock(handle, mode)
        yield


def is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with locked(path, fcntl.LOCK_SH | fcntl.LOCK_NB):
            return False
    except BlockingIOError:
        return True
