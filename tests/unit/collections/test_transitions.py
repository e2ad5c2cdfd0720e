"""Every noun changes status along its table only; every (status, trigger) pair is visited."""

from itertools import product

import pytest

from services.collections.domain import (
    arrangement,
    case,
    dispute,
    handover,
    hold,
    promise,
    worklist,
    write_off,
)
from services.collections.domain.transition import Transitions, statuses, transition
from shared.errors import IllegalTransition

NOUNS = [
    pytest.param(module.NOUN, module.INITIAL, module.TRANSITIONS, id=module.NOUN)
    for module in (arrangement, case, dispute, handover, hold, promise, worklist, write_off)
]


@pytest.mark.parametrize(("noun", "initial", "table"), NOUNS)
def test_each_pair_is_in_the_table_or_refused(noun: str, initial: str, table: Transitions) -> None:
    triggers = {trigger for _, trigger in table}
    for status, trigger in product(statuses(table), triggers):
        if (status, trigger) in table:
            assert transition(noun, table, status, trigger) == table[status, trigger]
        else:
            with pytest.raises(IllegalTransition, match=f"a {noun} that is {status}"):
                transition(noun, table, status, trigger)
    assert initial in statuses(table)


@pytest.mark.parametrize(("noun", "initial", "table"), NOUNS)
def test_each_status_can_be_reached_from_the_first(
    noun: str, initial: str, table: Transitions
) -> None:
    reached, new = set(), {initial}
    while new:
        reached |= new
        new = {to for (status, _), to in table.items() if status in reached} - reached
    assert reached == set(statuses(table)), noun


def test_a_broken_arrangement_does_not_come_back() -> None:
    with pytest.raises(IllegalTransition):
        transition("arrangement", arrangement.TRANSITIONS, "broken", "accept")


def test_a_closed_case_goes_on_when_a_debit_comes_back() -> None:
    assert transition("case", case.TRANSITIONS, "closed", "reopen") == "open"


def test_a_hand_over_leaves_only_after_a_person_approved() -> None:
    with pytest.raises(IllegalTransition):
        transition("hand-over", handover.TRANSITIONS, "proposed", "send")
