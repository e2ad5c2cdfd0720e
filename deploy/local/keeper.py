"""One keeper per process: starts it in its turn, watches it, starts it again when it dies."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from deploy.local.children import describe_exit, kill_group, spawn, stop
from deploy.local.identity import birth_of
from deploy.local.plan import ProcessSpec
from deploy.local.readiness import is_ready
from deploy.local.state import Folder, ProcessState
from shared.clock import SystemClock

_log = logging.getLogger("deploy.local.supervisor")

STEADY_AFTER_S = 10.0
BACKOFF_FIRST_S, BACKOFF_MOST_S = 0.25, 10.0
POLL_FIRST_S, POLL_MOST_S, POLL_GROWTH = 0.1, 2.0, 1.2


def backoff_s(failures: int) -> float:
    """Seconds to wait before the next start after `failures` short lives in a row (1, 2, ...)."""
    return min(BACKOFF_FIRST_S * 2.0 ** max(failures - 1, 0), BACKOFF_MOST_S)


class Keeper:
    def __init__(
        self,
        spec: ProcessSpec,
        folder: Folder,
        on_change: Callable[[], None],
        predecessor: Keeper | None = None,
    ) -> None:
        self.spec = spec
        self.reached: asyncio.Event = predecessor.reached if predecessor else asyncio.Event()
        """Set once it was ready (or done) for the first time: later stages may start."""
        restarts = predecessor.state.restarts if predecessor else 0
        self.state: ProcessState = ProcessState(name=spec.name, restarts=restarts)
        self._folder = folder
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._retry = asyncio.Event()

    @property
    def is_running(self) -> bool:
        """True while there is something to look after, or it has done what it was there for."""
        return self.state.phase == "done" or bool(self._task and not self._task.done())

    def start(self, before: Sequence[Keeper]) -> None:
        """Start it, or when it waits to be started again, do so at once."""
        if self.state.phase == "restarting":
            self._retry.set()
            self._change(early_exits=0)
        elif not self.is_running:
            self._task = asyncio.create_task(self._keep(before), name=self.spec.name)

    def stop_restarting(self) -> None:
        if self._task:
            self._task.cancel()

    async def hold(self) -> None:
        if self.state.phase != "held":
            await self.stop()
            self._change(phase="held")

    async def stop(self) -> None:
        self.stop_restarting()
        if self._process and self._process.returncode is None:
            pid = self._process.pid
            polite = await stop(self._process, self.spec)
            manner = "stopped" if polite else f"killed after {self.spec.stop_limit_s:.1f} s"
            _log.info("%s pid %d %s", self.spec.name, pid, manner)
        if self.state.phase != "done":
            self._change(phase="stopped", pid=None, birth=None)

    async def _keep(self, before: Sequence[Keeper]) -> None:
        for earlier in before:
            await earlier.reached.wait()
        short_lives = 0
        while True:
            began_s = time.monotonic()
            ending = await self._live_once()
            lasted_s = time.monotonic() - began_s
            if self.spec.once:
                self._finish_once(ending)
                return
            short_lives = short_lives + 1 if lasted_s < STEADY_AFTER_S else 1
            pause_s = backoff_s(short_lives)
            _log.info("%s %s after %.1f s; starting it again", self.spec.name, ending, lasted_s)
            self._change(
                phase="restarting", pid=None, birth=None, note=ending,
                restarts=self.state.restarts + 1,
                early_exits=0 if self.reached.is_set() else self.state.early_exits + 1,
            )  # fmt: skip
            with suppress(TimeoutError):
                await asyncio.wait_for(self._retry.wait(), pause_s)
            self._retry.clear()

    async def _live_once(self) -> str:
        """One life of the process, from its start to its end, told in words."""
        try:
            process = await spawn(self.spec, self._folder.log(self.spec.name))
        except OSError as error:
            return f"could not be started ({error.strerror}: {self.spec.command[0]})"
        self._process = process
        _log.info("%s started as pid %d", self.spec.name, process.pid)
        self._change(
            phase="starting", pid=process.pid, birth=birth_of(process.pid),
            started_at=SystemClock().now(), note="",
        )  # fmt: skip
        watch = asyncio.create_task(self._watch())
        try:
            status = await process.wait()
        finally:
            watch.cancel()
        kill_group(process.pid)
        return f"pid {process.pid} {describe_exit(status)}"

    async def _watch(self) -> None:
        """Follow readiness: often at first, then at leisure."""
        if self.spec.once:
            return
        pause_s = POLL_FIRST_S
        while True:
            ready = self.spec.readiness is None or await is_ready(self.spec.readiness)
            if ready and self.state.phase != "ready":
                self.reached.set()
                self._change(phase="ready", early_exits=0)
            elif not ready and self.state.phase == "ready":
                _log.info("%s no longer answers that it is ready", self.spec.name)
                self._change(phase="unready")
            await asyncio.sleep(POLL_MOST_S if ready else pause_s)
            pause_s = POLL_FIRST_S if ready else min(pause_s * POLL_GROWTH, POLL_MOST_S)

    def _finish_once(self, ending: str) -> None:
        done = ending.endswith("ended with status 0")
        _log.info("%s %s", self.spec.name, ending)
        if done:
            self.reached.set()
        self._change(phase="done" if done else "failed", pid=None, birth=None, note=ending)

    def _change(self, **changes: Any) -> None:
        self.state = self.state.model_copy(update=changes)
        self._on_change()
