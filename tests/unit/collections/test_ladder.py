"""Policies are dated data: which one holds, and what a faulty one is told."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from services.collections import jurisdictions
from services.collections.domain.jurisdiction import jurisdiction
from services.collections.domain.ladder import parse_policy, policy_in_force
from shared.errors import InvalidInput, NotFound

WATER = jurisdictions.read("policies/nl-water-2026")


def test_the_policy_of_the_day_is_found_by_its_code() -> None:
    assert policy_in_force("nl-water", date(2026, 1, 1)).valid_from == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("code", "day"), [("nl-water", date(2025, 12, 31)), ("nl-heat", date(2026, 6, 1))]
)
def test_a_policy_that_does_not_hold_is_not_found(code: str, day: date) -> None:
    with pytest.raises(NotFound, match=code):
        policy_in_force(code, day)


@pytest.mark.parametrize(
    ("step", "changes", "field"),
    [
        (1, {"code": "debit_return_contact"}, "steps[1].code"),
        (1, {"kind": "visit"}, "steps[1].kind"),
        (1, {"costs": "all"}, "steps[1].costs"),
        (1, {"only_for": ["friends"]}, "steps[1].only_for"),
        (1, {"channels": []}, "steps[1].channels"),
        (3, {"wording": ""}, "steps[3].wording"),
    ],
)
def test_a_policy_with_a_mistake_says_where(step: int, changes: dict[str, Any], field: str) -> None:
    data = deepcopy(WATER)
    data["steps"][step] |= changes
    with pytest.raises(InvalidInput) as refused:
        parse_policy(data)
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize("name", jurisdictions.policy_names())
def test_a_packaged_policy_keeps_to_the_law_of_its_country(name: str) -> None:
    policy = parse_policy(jurisdictions.read(name))
    law = jurisdiction(policy.jurisdiction)
    assert law.currency == policy.currency
    for step in policy.steps:
        if step.costs == "announce":
            assert law.letter is not None
            assert step.wording in law.letter.wordings
    for route in policy.routes.values():
        charged = [step.costs for step in route if step.costs != "none"]
        assert charged in ([], ["impose"], ["announce", "impose"])


def test_a_consumer_is_never_on_a_route_that_charges_without_a_letter() -> None:
    policy = policy_in_force("nl-water", date(2026, 9, 1))
    for returned in (True, False):
        route = policy.route(consumer=True, debit_returned=returned, costs_claimable=True)
        assert [step.costs for step in route if step.costs != "none"] == ["announce", "impose"]
        bare = policy.route(consumer=True, debit_returned=returned, costs_claimable=False)
        assert all(step.costs == "none" for step in bare)
