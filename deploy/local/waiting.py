"""Waiting with a deadline, and saying which process kept us waiting."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from deploy.local.errors import NotReady, StackError
from deploy.local.plan import load_plan
from deploy.local.readiness import what_it_answers
from deploy.local.state import Folder, ProcessState, is_locked

POLL_S = 0.05
EARLY_EXITS_MOST = 3

Watch = Callable[[dict[str, ProcessState]], None]


def wait_until(reached: Callable[[], bool], limit_s: float, complaint: str) -> None:
    """Return once `reached`; StackError with `complaint` after `limit_s` seconds."""
    deadline = time.monotonic() + limit_s
    while not reached():
        if time.monotonic() > deadline:
            raise StackError(f"{complaint} (after {limit_s:.0f} s)")
        time.sleep(POLL_S)


def wait_until_ready(folder: Folder, names: Iterable[str], limit_s: float, watch: Watch) -> None:
    """Return when all are ready or done; NotReady for the first that fails or is too late."""
    wanted = sorted(set(names))
    deadline = time.monotonic() + limit_s
    while True:
        states = folder.read_state().processes
        watch(states)
        missing = [name for name in wanted if not _has_arrived(states.get(name))]
        if not missing:
            return
        for name in missing:
            _refuse_hopeless(folder, states.get(name, ProcessState(name=name)))
        if not is_locked(folder.supervisor_lock):
            raise NotReady("The supervisor", "went away", folder.log_tail("supervisor"))
        if time.monotonic() > deadline:
            late = min(missing, key=lambda name: _is_still_waiting(states.get(name)))
            raise NotReady(late, _lateness(folder, late, limit_s), folder.log_tail(late))
        time.sleep(POLL_S)


def _lateness(folder: Folder, name: str, limit_s: float) -> str:
    """What is said of a late process, with the reason that it gives itself."""
    said = ""
    for spec in load_plan(folder.plan).processes:
        if spec.name == name and spec.readiness:
            said = what_it_answers(spec.readiness)
    return f"is not ready after {limit_s:.0f} s" + (f" and answers {said}" if said else "")


def _has_arrived(state: ProcessState | None) -> bool:
    return state is not None and state.phase in {"ready", "done"}


def _is_still_waiting(state: ProcessState | None) -> bool:
    """True for one that waits for another: the other is to blame."""
    return state is None or state.phase == "waiting"


def _refuse_hopeless(folder: Folder, state: ProcessState) -> None:
    if state.phase == "failed" or state.early_exits >= EARLY_EXITS_MOST:
        raise NotReady(state.name, state.note, folder.log_tail(state.name))
