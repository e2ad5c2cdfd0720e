"""The plan the supervisor follows, and how long it waits before another try."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from deploy.local.keeper import BACKOFF_MOST_S, backoff_s
from deploy.local.plan import Plan, ProcessSpec, Readiness, load_plan, save_plan


def test_a_plan_is_read_back_as_it_was_written_and_only_by_its_owner(tmp_path: Path) -> None:
    spec = ProcessSpec(
        name="one",
        command=("true",),
        readiness=Readiness(kind="http", port=8101),
        environment={"SECRET": "s"},
    )
    plan = Plan(revision=3, processes=(spec,), held=frozenset({"one"}), leave_running=False)
    save_plan(tmp_path / "plan.json", plan)
    assert load_plan(tmp_path / "plan.json") == plan
    assert (tmp_path / "plan.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_a_widened_plan_keeps_what_runs_and_adds_the_rest() -> None:
    database = ProcessSpec(name="postgres", command=("old",))
    plan = Plan(processes=(database,), held=frozenset({"postgres"}))
    wider = plan.widened_by((ProcessSpec(name="billing", command=("new",)),))
    assert [spec.name for spec in wider.processes] == ["postgres", "billing"]
    assert wider.held == {"postgres"}


@given(st.integers(min_value=1, max_value=1000))
def test_the_pause_grows_with_each_short_life_up_to_a_limit(failures: int) -> None:
    assert 0 < backoff_s(failures) <= backoff_s(failures + 1) <= BACKOFF_MOST_S
