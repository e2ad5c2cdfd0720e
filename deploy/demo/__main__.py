"""`make demo`: start the stack, play the story for a new creditor, and hold all sides together."""

from __future__ import annotations

import asyncio
import io
import re
import time
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo import report, setting
from deploy.demo.calls import SERVICES, CallFailed, Calls
from deploy.demo.payer import Payer
from deploy.demo.people import people
from deploy.demo.quiet import NeverQuiet
from deploy.demo.story import Story
from deploy.local.display import Progress as StackProgress
from deploy.local.display import run_cli, where_to_look
from deploy.local.settings import HOST, LocalSettings
from deploy.local.stack import LocalStack
from shared.ids import uuid7

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False)


@cli.command()
def main(
    customers: Annotated[int, typer.Option(min=100, help="how many customers")] = 1_000,
    days: Annotated[int, typer.Option(min=5, help="how many business days")] = 75,
    seed: Annotated[int, typer.Option(help="another seed, other people")] = 2026,
    picture: Annotated[Path | None, typer.Option(help="write the result as SVG, too")] = None,
) -> None:
    """A water company's quarter, from the bills to the last reconciled cent."""
    with StackProgress(console) as progress:
        stack = LocalStack(report=progress.say, watch=progress.show)
        stack.up()
    began = time.monotonic()
    try:
        outcome = asyncio.run(play(stack, customers, days, seed))
    except (CallFailed, NeverQuiet) as error:
        console.print(f"The story broke off: {error}", style="red", markup=False)
        raise typer.Exit(1) from None
    holds = report.show(outcome, console)
    if picture is not None:
        paper = Console(record=True, width=150, file=io.StringIO(), highlight=False)
        report.show(outcome, paper)
        drawn = paper.export_svg(title="make demo")
        # Rich's fonts would be fetched from elsewhere; any fixed-width font does.
        picture.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL))
    console.print(f"\nPlayed in {time.monotonic() - began:.0f} seconds. The stack stays up:")
    console.print(where_to_look(stack.settings))
    console.print("`make down` stops it.")
    raise typer.Exit(0 if holds else 1)


async def play(stack: LocalStack, customers: int, days: int, seed: int) -> report.Outcome:
    """Play the story, then ask all sides what came of it."""
    environment = stack.environment()
    async with AsyncExitStack() as closing:
        calls = await closing.enter_async_context(calls_to(stack.settings))
        payer = payer_at(stack.settings, environment["PAYMENTS_PROVIDER_API_KEY"])
        closing.push_async_callback(payer.close)
        with story_progress(days) as progress:
            task = progress.add_task("", total=days, day="")

            def tell(day: date, sentence: str) -> None:
                progress.console.print(f"{day:%a %d %b}  {sentence}", markup=False)

            story = Story(
                calls,
                payer,
                people(customers, seed),
                setting.business_days(setting.FIRST_DAY, days),
                tell,
                after_day=lambda day: progress.update(task, advance=1, day=f"{day:%d %B %Y}"),
            )
            await story.play()
        return await report.gather(calls, story.bank, environment["KAFKA_BOOTSTRAP_SERVERS"])


def story_progress(days: int) -> Progress:
    return Progress(
        TextColumn("{task.fields[day]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"of {days} business days"),
        TimeElapsedColumn(),
        console=console,
    )


def calls_to(settings: LocalSettings) -> Calls:
    """A caller for a creditor that is new to the stack."""
    ports = settings.ports
    return Calls(
        {name: f"http://{HOST}:{getattr(ports, name)}" for name in SERVICES},
        {name: f"http://{HOST}:{getattr(ports, f'{name}_worker')}" for name in SERVICES},
        f"http://{HOST}:{ports.issuer}",
        uuid7(),
    )


def payer_at(settings: LocalSettings, provider_key: str) -> Payer:
    ports = settings.ports
    return Payer(
        f"http://{HOST}:{ports.mailbox}",
        f"http://{HOST}:{ports.payments}",
        f"http://{HOST}:{ports.provider}",
        provider_key,
    )


if __name__ == "__main__":
    run_cli(cli)
