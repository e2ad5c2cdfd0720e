"""The plan: which processes are kept running. `up` writes it, the supervisor reads it."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Readiness(BaseModel):
    """How to see that a process answers: an URL that says 200, or a port that speaks."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["http", "tcp", "postgres", "kafka"]
    port: int
    path: str = "/"


class ProcessSpec(BaseModel):
    """One process. Stages start in order, a stage when all before it are ready."""

    model_config = ConfigDict(frozen=True)

    name: str
    command: tuple[str, ...]
    group: Literal["infra", "apps"] = "apps"
    stage: int = 1
    readiness: Readiness | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    folder: Path | None = None
    once: bool = False
    """Run to its end and expect status 0, such as migrations."""
    stop_signal: int = signal.SIGTERM
    stop_limit_s: float = 15.0
    orphan_signal: int = signal.SIGKILL
    """What the kernel sends it when the supervisor itself was killed."""
    uid: int | None = None
    gid: int | None = None


class Plan(BaseModel):
    model_config = ConfigDict(frozen=True)

    revision: int = 0
    processes: tuple[ProcessSpec, ...] = ()
    held: frozenset[str] = frozenset()
    """Names that stay stopped until they are released."""
    leave_running: bool = True
    """False when tests started the stack, so that the last of them stops it."""

    def widened_by(self, processes: tuple[ProcessSpec, ...]) -> Plan:
        """This plan widened by `processes`; a name already there takes the new description."""
        merged = {spec.name: spec for spec in self.processes}
        merged.update({spec.name: spec for spec in processes})
        return self.model_copy(update={"processes": tuple(merged.values())})


def load_plan(path: Path) -> Plan:
    return Plan.model_validate_json(path.read_bytes()) if path.exists() else Plan()


def save_plan(path: Path, plan: Plan) -> None:
    write_private(path, plan.model_dump_json(indent=1))


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step by a file that only its owner reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
    draft.replace(path)
