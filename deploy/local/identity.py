"""Telling a process apart from a later one with the same number: its pid and its birth."""

from __future__ import annotations

import subprocess
from pathlib import Path

_STATE, _START_TICKS = 0, 19


def birth_of(pid: int) -> str | None:
    """A mark that no two processes with this pid share; None when none runs (zombies: none)."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        return _birth_by_ps(pid)
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[_STATE] in "ZX" else fields[_START_TICKS]


def _birth_by_ps(pid: int) -> str | None:
    answer = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = answer.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def is_alive(pid: int, birth: str | None) -> bool:
    return birth is not None and birth_of(pid) == birth
