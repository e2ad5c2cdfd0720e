"""The background process that keeps the plan's processes running until it is told to stop.

`python -m deploy.local.supervisor <data folder>` detaches itself. SIGHUP: read the plan again.
SIGTERM: stop everything in reverse order and go.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import sys
import time
from pathlib import Path

from deploy.local.identity import birth_of
from deploy.local.keeper import Keeper
from deploy.local.plan import load_plan, write_private
from deploy.local.state import Folder, StackState, locked

_log = logging.getLogger("deploy.local.supervisor")


class Supervisor:
    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._keepers: dict[str, Keeper] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._revision = 0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._wake.set)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._request_stop)
        _log.info("supervisor pid %d started", os.getpid())
        self._wake.set()
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            if not self._stopping:
                await self._follow_plan()
        await self._stop_all()
        _log.info("supervisor pid %d stopped", os.getpid())

    def _request_stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def _follow_plan(self) -> None:
        plan = load_plan(self._folder.plan)
        for spec in plan.processes:
            known = self._keepers.get(spec.name)
            if known is None or not known.is_running:
                self._keepers[spec.name] = Keeper(spec, self._folder, self._publish, known)
        for name, keeper in self._keepers.items():
            if name in plan.held:
                await keeper.hold()
            else:
                keeper.start(self._before(keeper))
        self._revision = plan.revision
        self._publish()

    def _before(self, keeper: Keeper) -> list[Keeper]:
        return [other for other in self._keepers.values() if other.spec.stage < keeper.spec.stage]

    def _publish(self) -> None:
        self._folder.write_state(
            StackState(
                supervisor_pid=os.getpid(),
                supervisor_birth=birth_of(os.getpid()),
                plan_revision=self._revision,
                processes={name: keeper.state for name, keeper in self._keepers.items()},
            )
        )

    async def _stop_all(self) -> None:
        stages = sorted({keeper.spec.stage for keeper in self._keepers.values()}, reverse=True)
        for keeper in self._keepers.values():
            keeper.stop_restarting()
        for stage in stages:
            here = [keeper for keeper in self._keepers.values() if keeper.spec.stage == stage]
            await asyncio.gather(*(keeper.stop() for keeper in here))


def main() -> None:
    folder = Folder(Path(sys.argv[1]).resolve())
    if os.fork():
        os._exit(0)
    os.setsid()
    _log_to_stderr()
    try:
        with locked(folder.supervisor_lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
            write_private(folder.pid, str(os.getpid()))
            asyncio.run(Supervisor(folder).run())
            folder.pid.unlink(missing_ok=True)
    except BlockingIOError:
        _log.info("another supervisor already looks after %s", folder.root)


def _log_to_stderr() -> None:
    """The starter has pointed stderr at the supervisor's log."""
    formatter = logging.Formatter("%(asctime)sZ %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    main()
