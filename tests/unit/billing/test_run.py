"""Every (status, trigger) pair of a run and of a draft, allowed or refused."""

from __future__ import annotations

from itertools import product

import pytest

from services.billing.domain.run import (
    DRAFT_STATUSES,
    DRAFT_TRANSITIONS,
    RUN_STATUSES,
    RUN_TRANSITIONS,
    draft_after,
    run_after,
)
from shared.errors import IllegalTransition

TABLES = [
    (RUN_STATUSES, RUN_TRANSITIONS, run_after),
    (DRAFT_STATUSES, DRAFT_TRANSITIONS, draft_after),
]


@pytest.mark.parametrize(("statuses", "transitions", "after"), TABLES)
def test_only_the_steps_of_the_table_are_possible(statuses, transitions, after) -> None:
    triggers = sorted({trigger for _, trigger in transitions})
    for status, trigger in product(statuses, triggers):
        if (status, trigger) in transitions:
            assert after(status, trigger) == transitions[status, trigger]
            assert transitions[status, trigger] in statuses
        else:
            with pytest.raises(IllegalTransition):
                after(status, trigger)
