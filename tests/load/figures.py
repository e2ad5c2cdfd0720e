"""A measured figure: several rounds, and the floor of the same run beside them."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parents[2] / "build" / "bench"


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    unit: str
    rounds: list[float]
    floor: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def ratio(self) -> float | None:
        """Ours to the floor: 1.0 would be the bare machine."""
        return self.median / statistics.median(self.floor) if self.floor else None


def show(figures: list[Figure]) -> None:
    table = Table("figure", "unit", "median", "range", "floor", "ratio")
    for figure in figures:
        table.add_row(
            figure.name,
            figure.unit,
            f"{figure.median:,.1f}",
            f"{min(figure.rounds):,.1f} - {max(figure.rounds):,.1f}",
            f"{statistics.median(figure.floor):,.1f}" if figure.floor else "",
            f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        )
    Console().print(table)


def keep(name: str, figures: list[Figure]) -> Path:
    """Write the figures as JSON under `build/bench`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(
        json.dumps(
            [
                {
                    "name": figure.name,
                    "unit": figure.unit,
                    "rounds": figure.rounds,
                    "floor": figure.floor,
                    "median": figure.median,
                    "ratio": figure.ratio,
                }
                for figure in figures
            ],
            indent=2,
        )
    )
    return path
