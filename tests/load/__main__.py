"""`make bench`: the figures, each beside its floor. Not part of the tests: it takes minutes."""

from __future__ import annotations

import asyncio

import typer

from deploy.local.infra import ensure_infra
from tests.load import events, sepa_out
from tests.load.figures import keep, show


def main(count: int = 30_000, rounds: int = 3) -> None:
    infra = ensure_infra()
    try:
        figures = asyncio.run(events.measure(infra, count=count, rounds=rounds))
    finally:
        infra.stop()
    out = sepa_out.measure(rounds=rounds)
    show([*figures, *out])
    typer.echo(f"kept in {keep('sepa_out', out)}")
    typer.echo(f"kept in {keep('events', figures)}")


if __name__ == "__main__":
    typer.run(main)
