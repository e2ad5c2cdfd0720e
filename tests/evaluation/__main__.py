"""`make match-eval`: a world with known truth, the engine's answers, and how right they are."""

from __future__ import annotations

import gc
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import typer
from rich.console import Console

from tests.evaluation.adapter import answer
from tests.evaluation.calibration import calibration_of
from tests.evaluation.generate import Mix, make_world
from tests.evaluation.picture import reliability_svg
from tests.evaluation.score import score
from tests.evaluation.show import (
    Goal,
    goals_of,
    list_kinds,
    show_calibration,
    show_confusion,
    show_goals,
    show_kinds,
)
from tests.evaluation.stage import PricePoints

FOLDER = Path(__file__).resolve().parents[2] / "build" / "match-eval"


def main(
    *,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world.")] = 1,
    lines: Annotated[
        int, typer.Option(min=1_000, max=1_000_000, help="Bank lines in each world.")
    ] = 30_000,
    items: Annotated[
        int | None, typer.Option(help="Bills in each world; three to a line if not said.")
    ] = None,
    price_points: Annotated[
        PricePoints, typer.Option(help="few: many customers owe the same amount.")
    ] = "few",
    mix: Annotated[
        Literal["utility", "hard", "both"],
        typer.Option(help="utility: mostly whole references; hard: all kinds alike."),
    ] = "both",
    strict: Annotated[bool, typer.Option(help="Exit with 1 when a goal is missed.")] = False,
    kinds: Annotated[
        bool, typer.Option("--kinds", help="Only list the kinds, with the rule of each.")
    ] = False,
) -> None:
    """Let the matching engine decide worlds whose truth is known, and report by kind.

    Tables are printed; JSON and the reliability curve stay under build/match-eval.
    """
    console = Console(width=None if Console().is_terminal else 160)
    if kinds:
        list_kinds(console)
        return
    missed = False
    mixes: tuple[Mix, ...] = ("utility", "hard") if mix == "both" else (mix,)
    for each in mixes:
        goals = _evaluate(console, each, seed, lines, items, price_points)
        missed |= not all(goal.reached for goal in goals)
    if strict and missed:
        raise typer.Exit(1)


def _evaluate(
    console: Console, mix: Mix, seed: int, lines: int, items: int | None, price_points: PricePoints
) -> list[Goal]:
    began = time.perf_counter()
    world = make_world(seed=seed, lines=lines, items=items, price_points=price_points, mix=mix)
    # What stays alive to the end need not be walked by every collection of the engine's garbage.
    gc.freeze()
    made = time.perf_counter()
    answers = answer(world)
    answered = time.perf_counter()
    result = score(world, answers)
    goals, calibration = goals_of(result.overall), calibration_of(result.guesses)
    lines_per_s = lines / (answered - made)
    console.rule(f"{mix} mix, seed {seed}, {price_points} price points")
    console.print(
        f"{lines:,} lines, {len(world.bills):,} bills, {len(world.debtors):,} debtors made in "
        f"{made - began:.1f} s; decided in {answered - made:.1f} s, {lines_per_s:,.0f} lines/s "
        "with the adapter's own preparation of the world"
    )
    show_kinds(console, result)
    show_confusion(console, result.overall)
    show_calibration(console, calibration)
    show_goals(console, goals)
    report: dict[str, Any] = {
        "seed": seed,
        "mix": mix,
        "price_points": price_points,
        "lines": lines,
        "bills": len(world.bills),
        "lines_per_s": lines_per_s,
        **result.as_json(),
        "goals": [asdict(goal) for goal in goals],
        "calibration": asdict(calibration) if calibration else None,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"report-{mix}.json"
    path.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    if calibration:
        title = f"Reliability, {mix} mix"
        path.with_suffix(".svg").write_text(reliability_svg(calibration, title), encoding="utf-8")
    console.print(f"kept in {path}")
    gc.unfreeze()
    return goals


if __name__ == "__main__":
    typer.run(main)
