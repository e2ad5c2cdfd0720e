"""`make bench`: the figures, each beside its floor. Not part of the tests: it takes minutes.

`python -m tests.load` measures all there is, `python -m tests.load statement-parse` one of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer

from deploy.local.infra import ensure_infra, settings_for_measuring
from shared.garbage import collect_seldom
from tests.load import (
    events,
    match_exact,
    match_noisy,
    sepa_out,
    statement_parse,
    webhook_intake,
)
from tests.load.figures import Figure, keep, show


def _events() -> list[Figure]:
    infra = ensure_infra(settings_for_measuring())
    try:
        return asyncio.run(events.measure(infra))
    finally:
        infra.stop()


def _match_exact() -> list[Figure]:
    infra = ensure_infra(settings_for_measuring())
    try:
        return asyncio.run(match_exact.measure(infra))
    finally:
        infra.stop()


def _statement_parse() -> list[Figure]:
    return list(statement_parse.measure())


def _sepa_out() -> list[Figure]:
    return list(sepa_out.measure())


BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {
    "events": _events,
    "match-exact": _match_exact,
    "statement-parse": _statement_parse,
    "match-noisy": match_noisy.measure,
    "sepa-out": _sepa_out,
    "webhook-intake": webhook_intake.measure,
}


def main(names: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    # As every process of a service begins.
    collect_seldom()
    for name in names or BENCHMARKS:
        if name not in BENCHMARKS:
            raise typer.BadParameter(f"{name}: not one of {', '.join(BENCHMARKS)}")
        figures = BENCHMARKS[name]()
        show(figures)
        typer.echo(f"kept in {keep(name, figures)}")


if __name__ == "__main__":
    typer.run(main)
