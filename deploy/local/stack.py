"""The local stack as an object: up, down, and what tests do to single processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Literal

from deploy.local.broker import BrokerKind, kind_of
from deploy.local.credentials import load_credentials
from deploy.local.environment import compose_environment
from deploy.local.errors import StackError
from deploy.local.identity import is_alive
from deploy.local.leftovers import end_leftovers
from deploy.local.plan import Plan, ProcessSpec, load_plan, save_plan
from deploy.local.preparing import prepare_apps, prepare_infra
from deploy.local.settings import CHECKOUT, LocalSettings
from deploy.local.state import Folder, ProcessState, is_locked, locked
from deploy.local.waiting import Watch, wait_until, wait_until_ready

Scope = Literal["infra", "all"]
Report = Callable[[str], None]

_FOLLOW_LIMIT_S, _STOP_LIMIT_S = 60.0, 120.0


def _silent(_: object) -> None:
    """Nobody is watching."""


class LocalStack:
    def __init__(
        self,
        settings: LocalSettings | None = None,
        *,
        apps: tuple[ProcessSpec, ...] | None = None,
        report: Report = _silent,
        watch: Watch = _silent,
    ) -> None:
        """`apps` replaces the table of processes; `report` gets sentences, `watch` the states."""
        self.settings = settings or LocalSettings()
        self.folder = Folder(self.settings.data)
        self._apps = apps
        self._report = report
        self._watch = watch

    def up(self, only: Scope = "all", *, leave_running: bool = True) -> None:
        """Start what does not run yet and wait until all of it is ready.

        Raises PortTaken, ToolMissing, FetchFailed, or NotReady with the end of a log. After
        NotReady the rest keeps running, to be looked at or taken down.
        """
        with locked(self.folder.command_lock):
            plan = Plan(leave_running=leave_running)
            if self.is_supervised():
                plan = load_plan(self.folder.plan)
            else:
                end_leftovers(self.folder)
                self.folder.state.unlink(missing_ok=True)
            plan = plan.widened_by(self._missing(only, plan))
            self._follow(plan)
        self.wait_ready(spec.name for spec in plan.processes if spec.name not in plan.held)

    def down(self) -> None:
        """Stop everything in reverse order. Harmless when nothing runs."""
        with locked(self.folder.command_lock):
            if self.is_supervised():
                state = self.folder.read_state()
                self._signal_supervisor(signal.SIGTERM)
                wait_until(
                    lambda: (
                        not self.is_supervised()
                        and not is_alive(state.supervisor_pid, state.supervisor_birth)
                    ),
                    _STOP_LIMIT_S,
                    "The stack did not stop",
                )
            end_leftovers(self.folder)
            for path in (self.folder.plan, self.folder.state, self.folder.pid):
                path.unlink(missing_ok=True)

    def is_supervised(self) -> bool:
        return is_locked(self.folder.supervisor_lock)

    def environment(self) -> dict[str, str]:
        return compose_environment(self.settings, load_credentials(self.folder))

    def status(self) -> dict[str, ProcessState]:
        return self.folder.read_state().processes

    def logs(self) -> dict[str, str]:
        """What each process has written so far."""
        paths = self.folder.logs.glob("*.log")
        return {path.stem: path.read_text(errors="replace") for path in paths}

    def broker_kind(self) -> BrokerKind:
        for spec in load_plan(self.folder.plan).processes:
            if spec.name == "kafka":
                return kind_of(spec)
        return "external"

    def pid_of(self, name: str) -> int:
        state = self.status().get(name)
        if state is None or state.pid is None or not is_alive(state.pid, state.birth):
            raise StackError(f"{name} does not run")
        return state.pid

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send `number` to the process; the pid it had is returned. The supervisor restarts it."""
        pid = self.pid_of(name)
        os.kill(pid, number)
        return pid

    def wait_restarted(self, name: str, old_pid: int, limit_s: float = 60.0) -> int:
        """Wait until `name` is ready again as another process than `old_pid`."""

        def is_back() -> bool:
            state = self.status()[name]
            return state.phase == "ready" and state.pid not in {None, old_pid}

        wait_until(is_back, limit_s, f"{name} was not restarted")
        return self.pid_of(name)

    def hold(self, *names: str) -> None:
        """Stop these and keep them stopped until `release`."""
        self._change_held(lambda held: held | set(names))

    def release(self, *names: str) -> None:
        """Start held processes again and wait until they are ready."""
        self._change_held(lambda held: held - set(names))
        self.wait_ready(names)

    def wait_ready(self, names: Iterable[str], limit_s: float | None = None) -> None:
        """Return when all are ready; raise NotReady for the first that fails or is too late."""
        limit_s = limit_s or self.settings.ready_limit_s
        wait_until_ready(self.folder, names, limit_s, self._watch)

    def _missing(self, only: Scope, plan: Plan) -> tuple[ProcessSpec, ...]:
        """Describe what is wanted and not in the plan yet."""
        running = {spec.name for spec in plan.processes}
        specs = prepare_infra(self.settings, self.folder, running, self._report)
        if only == "all":
            apps = self._apps
            if apps is None:
                apps = prepare_apps(self.settings, self.folder, running)
            specs += [spec for spec in apps if spec.name not in running]
        return tuple(specs)

    def _change_held(self, change: Callable[[frozenset[str]], frozenset[str]]) -> None:
        with locked(self.folder.command_lock):
            plan = load_plan(self.folder.plan)
            self._follow(plan.model_copy(update={"held": change(plan.held)}))

    def _follow(self, plan: Plan) -> None:
        """Hand the plan to the supervisor and wait until it has taken it up."""
        revised = plan.model_copy(update={"revision": plan.revision + 1})
        save_plan(self.folder.plan, revised)
        if self.is_supervised():
            self._signal_supervisor(signal.SIGHUP)
        else:
            self._start_supervisor()
        wait_until(
            lambda: self.folder.read_state().plan_revision == revised.revision,
            _FOLLOW_LIMIT_S,
            f"The supervisor does not follow, see {self.folder.log('supervisor')}",
        )

    def _start_supervisor(self) -> None:
        self.folder.logs.mkdir(parents=True, exist_ok=True)
        with self.folder.log("supervisor").open("ab") as log:
            subprocess.run(
                [sys.executable, "-m", "deploy.local.supervisor", str(self.folder.root)],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
            )

    def _signal_supervisor(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(int(self.folder.pid.read_text()), number)
