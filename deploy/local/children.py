"""Starting one child so that it cannot outlive us, and stopping it together with its own."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from deploy.local.plan import ProcessSpec

LOG_LIMIT_BYTES = 50_000_000
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _bound_to_parent(orphan_signal: int, parent_pid: int) -> Callable[[], None]:
    """Runs in the child between fork and exec: the kernel signals it when the parent dies."""

    def bind() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, orphan_signal, 0, 0, 0)
            if os.getppid() != parent_pid:
                os._exit(1)

    return bind


async def spawn(spec: ProcessSpec, log_path: Path) -> asyncio.subprocess.Process:
    """Start `spec` in a session of its own, its output appended to `log_path`."""
    _rotate(log_path)
    with log_path.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *spec.command,
            cwd=spec.folder,
            env={**os.environ, **spec.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_bound_to_parent(spec.orphan_signal, os.getpid()),
            **_account(spec),
        )


def _account(spec: ProcessSpec) -> dict[str, Any]:
    if spec.uid is None:
        return {}
    return {"user": spec.uid, "group": spec.gid, "extra_groups": [], "umask": 0o077}


def _rotate(log_path: Path) -> None:
    """Keep one older log, so that a loud process cannot fill the disk over many starts."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    if log_path.exists() and log_path.stat().st_size > LOG_LIMIT_BYTES:
        log_path.replace(log_path.with_suffix(".log.1"))


async def stop(process: asyncio.subprocess.Process, spec: ProcessSpec) -> bool:
    """Ask it to end, then insist. False when it had to be killed."""
    polite = True
    with suppress(ProcessLookupError):
        process.send_signal(spec.stop_signal)
    try:
        async with asyncio.timeout(spec.stop_limit_s):
            await process.wait()
    except TimeoutError:
        polite = False
    kill_group(process.pid)
    await process.wait()
    return polite


def kill_group(leader_pid: int) -> None:
    """Kill what is left of a child's process group, itself included."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader_pid, signal.SIGKILL)


def describe_exit(status: int) -> str:
    if status < 0:
        return f"was killed by signal {-status} ({signal.Signals(-status).name})"
    return f"ended with status {status}"
