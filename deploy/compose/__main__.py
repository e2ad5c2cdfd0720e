"""`python -m deploy.compose`: what tests and people on this machine need of the containers."""

from __future__ import annotations

import asyncio
import shlex
from typing import Annotated

import typer

from deploy.compose.addresses import host_environment, published, published_ports, readiness
from deploy.local.display import run_cli
from deploy.local.errors import StackError
from deploy.local.plan import Readiness
from deploy.local.readiness import is_ready, what_it_answers
from deploy.local.settings import LocalSettings
from deploy.local.waiting import wait_until

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Offset = Annotated[int, typer.Option(help="added to every published port")]


@cli.command()
def env(offset: Offset = 0) -> None:
    """Print shell exports for running something against the containers."""
    for name, value in sorted(host_environment(_settings(offset)).items()):
        typer.echo(f"export {name}={shlex.quote(value)}")


@cli.command()
def ports(offset: Offset = 0) -> None:
    """Print NAME=number for each port that docker-compose.yml is to publish."""
    for name, number in published_ports(_settings(offset)).items():
        typer.echo(f"{name}={number}")


@cli.command()
def wait(
    names: Annotated[list[str] | None, typer.Argument(help="what to wait for; none: all")] = None,
    offset: Offset = 0,
    limit_s: Annotated[float, typer.Option(help="seconds")] = 180.0,
) -> None:
    """Return when each answers that it is ready."""
    settings = _settings(offset)
    unknown = sorted(set(names or []) - set(published()))
    if unknown:
        raise StackError(f"No container is named {', '.join(unknown)}.")
    for name in names or published():
        _wait_for(name, readiness(name, settings), limit_s)


def _wait_for(name: str, question: Readiness, limit_s: float) -> None:
    try:
        wait_until(lambda: asyncio.run(is_ready(question)), limit_s, name)
    except StackError as late:
        answer = what_it_answers(question) or "nothing"
        raise StackError(f"{late.detail}: not ready, it answers {answer}") from None


def _settings(offset: int) -> LocalSettings:
    """Of this stack alone: what the caller's shell names belongs to another one."""
    return LocalSettings(port_offset=offset, database_url=None, kafka_bootstrap_servers=None)


if __name__ == "__main__":
    run_cli(cli)
