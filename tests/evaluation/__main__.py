"""`make match-eval`: a world with known truth, the engine's answers, and how right they are."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import orjson
import typer
from rich.console import Console

from shared.garbage import nothing_is_garbage
from tests.evaluation.adapter import answer
from tests.evaluation.calibration import calibration_of
from tests.evaluation.generate import Mix, make_world
from tests.evaluation.picture import reliability_svg
from tests.evaluation.score import Score, score
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

app = typer.Typer(add_completion=False)
FOLDER = Path(__file__).resolve().parents[2] / "build" / "match-eval"


@app.command()
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
    folder: Annotated[Path, typer.Option(help="Where JSON and pictures go.")] = FOLDER,
    kinds: Annotated[
        bool, typer.Option("--kinds", help="Only list the kinds, with the rule of each.")
    ] = False,
) -> None:
    """Let the matching engine decide worlds whose truth is known, and report by kind.

    Tables are printed; JSON and the reliability curve stay in the folder.
    """
    console = Console(width=None if Console().is_terminal else 160)
    if kinds:
        list_kinds(console)
        return
    mixes: tuple[Mix, ...] = ("utility", "hard") if mix == "both" else (mix,)
    runs = []
    for each in mixes:
        runs.append(_evaluate(seed, lines, items, price_points, each))
        _print(console, runs[-1])
        console.print(f"kept in {_keep(folder, runs[-1])}")
    if strict and not all(goal.reached for run in runs for goal in run.goals):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Run:
    """A world decided; the world itself is let go, it is large."""

    title: str
    mix: Mix
    lines: int
    bills: int
    making_s: float
    deciding_s: float
    score: Score

    @property
    def goals(self) -> list[Goal]:
        return goals_of(self.score.overall)

    @property
    def lines_per_s(self) -> float:
        """With the adapter's own preparation of the world."""
        return self.lines / self.deciding_s


def _evaluate(seed: int, lines: int, items: int | None, price_points: PricePoints, mix: Mix) -> Run:
    began = time.perf_counter()
    world = make_world(seed=seed, lines=lines, items=items, price_points=price_points, mix=mix)
    made = time.perf_counter()
    # As an import does.
    with nothing_is_garbage():
        answers = answer(world)
    decided = time.perf_counter()
    return Run(
        title=f"{mix} mix, seed {seed}, {price_points} price points",
        mix=mix,
        lines=lines,
        bills=len(world.bills),
        making_s=made - began,
        deciding_s=decided - made,
        score=score(world, answers),
    )


def _print(console: Console, run: Run) -> None:
    console.rule(run.title)
    console.print(
        f"{run.lines:,} lines and {run.bills:,} bills made in {run.making_s:.1f} s, decided in "
        f"{run.deciding_s:.1f} s: {run.lines_per_s:,.0f} lines/s, the adapter's part included"
    )
    show_kinds(console, run.score)
    show_confusion(console, run.score.overall)
    show_calibration(console, calibration_of(run.score.guesses))
    show_goals(console, run.goals)


def _keep(folder: Path, run: Run) -> Path:
    """Writes the report, and the reliability curve when the engine gives probabilities."""
    calibration = calibration_of(run.score.guesses)
    report = {
        "title": run.title,
        "lines": run.lines,
        "bills": run.bills,
        "lines_per_s": run.lines_per_s,
        **run.score.as_json(),
        "goals": [asdict(goal) for goal in run.goals],
        "calibration": asdict(calibration) if calibration else None,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"report-{run.mix}.json"
    path.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    if calibration:
        svg = reliability_svg(calibration, f"Reliability: {run.title}")
        path.with_suffix(".svg").write_text(svg, encoding="utf-8")
    return path


if __name__ == "__main__":
    app()
