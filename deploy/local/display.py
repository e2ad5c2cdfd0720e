"""What a person sees of the local stack in a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.table import Table

from deploy.local.credentials import SERVICES
from deploy.local.errors import StackError
from deploy.local.settings import HOST, LocalSettings
from deploy.local.state import ProcessState

_COLOURS = {"ready": "green", "done": "green", "failed": "red", "restarting": "red"}


def run_cli(cli: Callable[[], object]) -> None:
    """Run a command line; what went wrong is one sentence and status 1, not a traceback."""
    try:
        cli()
    except StackError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            error.detail, style="red", markup=False
        )
        raise SystemExit(1) from None


class Progress:
    """One line per process as it gets ready, and a moving one with those still awaited."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("Preparing")
        self._arrived: set[str] = set()
        self._began_s = time.monotonic()

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._status.stop()
        if isinstance(error, KeyboardInterrupt):
            self._console.print("The rest goes on starting in the background; `make down` ends it.")

    def say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False)

    def show(self, states: dict[str, ProcessState]) -> None:
        for name, state in states.items():
            if state.phase in {"ready", "done"} and name not in self._arrived:
                self._arrived.add(name)
                elapsed_s = time.monotonic() - self._began_s
                self._console.print(f"[green]✓[/] {name} {state.phase} ({elapsed_s:.1f} s)")
        awaited = [name for name in states if name not in self._arrived]
        self._status.update(f"Waiting for {', '.join(awaited)}")


def status_table(states: dict[str, ProcessState]) -> Table:
    table = Table(box=None)
    for heading in ("process", "pid", "up since (UTC)", "state", "restarts"):
        table.add_column(heading, no_wrap=True)
    table.add_column("note", overflow="fold")
    for state in states.values():
        colour = _COLOURS.get(state.phase, "yellow")
        started = state.started_at if state.pid else None
        table.add_row(
            state.name,
            str(state.pid or ""),
            f"{started.astimezone(UTC):%m-%d %H:%M:%S}" if started else "",
            f"[{colour}]{state.phase}[/]",
            str(state.restarts),
            "" if state.phase == "ready" else state.note,
        )
    return table


def where_to_look(settings: LocalSettings) -> Table:
    """The addresses a person opens first."""
    ports = settings.ports
    table = Table(box=None, show_header=False)
    for service in SERVICES:
        table.add_row(service, f"http://{HOST}:{getattr(ports, service)}/docs")
    table.add_row("mail that was sent", f"http://{HOST}:{ports.mailbox}/")
    table.add_row("traces and metrics", f"http://{HOST}:{ports.tracebox}/")
    table.add_row("access tokens", "make token")
    return table
