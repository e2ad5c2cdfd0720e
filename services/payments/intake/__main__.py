"""`python -m services.payments.intake`: take bank files from a folder, or from a bank's server.

folder ROOT --every 5            what lies in ROOT/<creditor's id>/in
sftp --creditor ID --host ...    what is new on the bank's server

Both run until told to stop; `--once` takes what is there and ends, for a scheduler of your own.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Protocol
from uuid import UUID

import typer
from pydantic import ValidationError

from services.payments.config import Settings
from services.payments.intake.folder import WatchedFolder
from services.payments.intake.sftp import BankServer, BankServerPoller, ServerUnavailable
from services.payments.intake.take import Taken
from services.payments.use_cases.import_turns import ImportRunning
from shared import telemetry
from shared.garbage import collect_seldom
from shared.service import Service
from shared.waiting import pause

app = typer.Typer(
    help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)

Every = Annotated[float, typer.Option("--every", min=0.1, help="seconds between two looks")]
Settle = Annotated[float, typer.Option(min=0.0, help="seconds a file must not have changed")]
Once = Annotated[bool, typer.Option("--once", help="take what is there, and end")]
Look = Callable[[], Awaitable[list[Taken]]]


class Source(Protocol):
    """A folder or a server. `waits`: something is there that may still grow."""

    @property
    def waits(self) -> bool: ...

    async def look(self) -> list[Taken]: ...


@app.command()
def folder(
    root: Annotated[Path, typer.Argument(envvar="PAYMENTS_INTAKE_FOLDER", file_okay=False)],
    every_s: Every = 5.0,
    settle_s: Settle = 2.0,
    once: Once = False,  # noqa: FBT002
) -> None:
    """Take what is dropped into ROOT/<creditor's id>/in."""
    service = _service()
    root.mkdir(parents=True, exist_ok=True)
    _run(service, WatchedFolder(service, root, settle_s=settle_s), every_s, settle_s, once=once)


@app.command()
def sftp(
    creditor: Annotated[UUID, typer.Option(envvar="PAYMENTS_SFTP_CREDITOR")],
    host: Annotated[str, typer.Option(envvar="PAYMENTS_SFTP_HOST")],
    user: Annotated[str, typer.Option(envvar="PAYMENTS_SFTP_USER")],
    key_file: Annotated[Path, typer.Option(envvar="PAYMENTS_SFTP_KEY_FILE", exists=True)],
    known_hosts: Annotated[Path, typer.Option(envvar="PAYMENTS_SFTP_KNOWN_HOSTS", exists=True)],
    port: Annotated[int, typer.Option(envvar="PAYMENTS_SFTP_PORT")] = 22,
    remote_folder: Annotated[str, typer.Option(envvar="PAYMENTS_SFTP_FOLDER")] = ".",
    pattern: Annotated[str, typer.Option(envvar="PAYMENTS_SFTP_PATTERN")] = "*",
    delete: Annotated[bool, typer.Option("--delete", help="remove what is stored here")] = False,  # noqa: FBT002
    every_s: Every = 300.0,
    settle_s: Settle = 10.0,
    once: Once = False,  # noqa: FBT002
) -> None:
    """Fetch what is new in a folder of the bank's server."""
    server = BankServer(
        host=host,
        port=port,
        user=user,
        key_file=key_file,
        known_hosts=known_hosts,
        folder=remote_folder,
        pattern=pattern,
        delete=delete,
    )
    service = _service()
    _run(service, BankServerPoller(service, creditor, server), every_s, settle_s, once=once)


def _service() -> Service:
    """Payments by its settings; what is wrong with them is named, never shown."""
    try:
        return Service("payments", Settings())
    except ValidationError as wrong:
        names = sorted({f"payments_{error['loc'][0]}".upper() for error in wrong.errors()})
        typer.echo(f"settings that are missing or wrong: {', '.join(names)}", err=True)
        raise typer.Exit(2) from None


def _run(service: Service, source: Source, every_s: float, settle_s: float, *, once: bool) -> None:
    telemetry.set_up("payments-intake", service.settings.otlp_endpoint)
    collect_seldom()
    failed = asyncio.run(_until_stopped(service, source, every_s, settle_s, once=once))
    telemetry.shut_down()
    if failed:
        raise typer.Exit(1)


async def _until_stopped(
    service: Service, source: Source, every_s: float, settle_s: float, *, once: bool
) -> bool:
    """Whether the last look failed. A file in hand is finished before it ends."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    following = asyncio.create_task(service.follow_clock(stop))
    failed = False
    while not stop.is_set():
        try:
            await source.look()
            failed = False
        except (ServerUnavailable, ImportRunning):
            failed = True
        if once and (failed or not source.waits):
            break
        # What was seen for the first time is looked at again as soon as it may have settled.
        if await pause(stop, min(every_s, settle_s) if source.waits else every_s):
            break
    stop.set()
    await following
    await service.close()
    return failed


if __name__ == "__main__":
    app()
