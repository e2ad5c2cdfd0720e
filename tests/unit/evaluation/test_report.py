"""`make match-eval` from the command line, with the engine that is in service."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from tests.evaluation.__main__ import app
from tests.evaluation.kinds import KINDS


@pytest.mark.parametrize("mix", ["utility", "hard"])
def test_a_strict_run_fails_when_a_goal_is_missed_and_only_then(tmp_path: Path, mix: str) -> None:
    """The kept report counts every line asked for and says of each goal whether it is reached."""
    asked = ["--lines", "1000", "--mix", mix, "--seed", "5", "--folder", str(tmp_path)]
    strict = CliRunner().invoke(app, [*asked, "--strict"])
    report = orjson.loads((tmp_path / f"report-{mix}.json").read_bytes())
    missed = [goal["name"] for goal in report["goals"] if not goal["reached"]]
    assert strict.exit_code == (1 if missed else 0), strict.output
    assert report["overall"]["lines"] == 1000
    assert sum(tally["lines"] for tally in report["by_kind"].values()) == 1000
    assert CliRunner().invoke(app, asked).exit_code == 0


def test_the_kinds_are_listed_with_their_rules() -> None:
    listed = CliRunner().invoke(app, ["--kinds"])
    assert listed.exit_code == 0
    assert all(name in listed.output for name in KINDS)


def test_too_few_lines_are_refused() -> None:
    """Shares of a handful of lines would say nothing."""
    assert CliRunner().invoke(app, ["--lines", "10"]).exit_code == 2
