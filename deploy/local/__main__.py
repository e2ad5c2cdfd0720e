"""`python -m deploy.local`: the local stack by hand."""

from __future__ import annotations

import shlex
import subprocess
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.display import Progress, run_cli, status_table, where_to_look
from deploy.local.errors import StackError
from deploy.local.kafka_server import fetched_jars
from deploy.local.settings import LocalSettings
from deploy.local.stack import LocalStack, Scope

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


@cli.command()
def up(
    only: Annotated[Scope, typer.Option(help="infra: the database and the broker alone")] = "all",
) -> None:
    """Start what does not run yet and wait until it is ready."""
    with Progress(err) as progress:
        stack = LocalStack(report=progress.say, watch=progress.show)
        stack.up(only)
    if only == "all":
        out.print(where_to_look(stack.settings))


@cli.command()
def down() -> None:
    """Stop everything, in reverse order."""
    stack = LocalStack()
    was_up = stack.is_supervised()
    with err.status("Stopping"):
        stack.down()
    err.print("Stopped." if was_up else "Nothing was running.")


@cli.command()
def status() -> None:
    """Show each process: pid, up since, ready or not, restarts. Status 1 unless all are ready."""
    stack = LocalStack()
    states = stack.status() if stack.is_supervised() else {}
    if not states:
        err.print("Nothing is running: `make up` starts it.")
        raise typer.Exit(1)
    out.print(status_table(states))
    if any(state.phase not in {"ready", "done"} for state in states.values()):
        raise typer.Exit(1)


@cli.command()
def logs(
    names: Annotated[list[str] | None, typer.Argument(help="processes; none: all")] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="keep printing")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="how many of each")] = 40,
) -> None:
    """Show the end of the logs."""
    folder = LocalStack().folder
    known = sorted(path.stem for path in folder.logs.glob("*.log"))
    unknown = sorted(set(names or []) - set(known))
    if unknown or not known:
        raise StackError(f"No log of {', '.join(unknown) or 'anything'} in {folder.logs}.")
    paths = [str(folder.log(name)) for name in names or known]
    with suppress(KeyboardInterrupt):
        command = ["tail", "-n", str(lines), *(["-F"] if follow else []), *paths]
        subprocess.run(command, check=False)


@cli.command()
def env() -> None:
    """Print shell exports for running something by hand: eval "$(python -m deploy.local env)"."""
    for name, value in sorted(LocalStack().environment().items()):
        typer.echo(f"export {name}={shlex.quote(value)}")


@cli.command()
def fetch() -> None:
    """Fetch Apache Kafka ahead of `up`, when it is not there yet."""
    fetched_jars(LocalSettings(), err.print)


if __name__ == "__main__":
    run_cli(cli)
