"""Ending what a killed supervisor could not take with it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from deploy.local.children import kill_group
from deploy.local.identity import is_alive
from deploy.local.plan import load_plan
from deploy.local.state import Folder, ProcessState

_POLITE_LIMIT_S, _POLL_S = 10.0, 0.05


def end_leftovers(folder: Folder) -> list[str]:
    """End processes that the last supervisor started and that still run; their names.

    A pid alone proves nothing, it may belong to another program by now: the birth must agree.
    """
    specs = {spec.name: spec for spec in load_plan(folder.plan).processes}
    left = [state for state in folder.read_state().processes.values() if _lives(state)]
    for state in left:
        spec = specs.get(state.name)
        _send(state, spec.stop_signal if spec else signal.SIGTERM)
    deadline = time.monotonic() + _POLITE_LIMIT_S
    while any(_lives(state) for state in left) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    for state in left:
        if _lives(state) and state.pid is not None:
            kill_group(state.pid)
    return [state.name for state in left]


def _lives(state: ProcessState) -> bool:
    return state.pid is not None and is_alive(state.pid, state.birth)


def _send(state: ProcessState, number: int) -> None:
    with suppress(ProcessLookupError):
        if state.pid is not None:
            os.kill(state.pid, number)
