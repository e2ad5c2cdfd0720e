"""What is left of an announcement of direct debits when it comes to be written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.announcement import Overtaken, revoked, still_true

COLLECT_ON = date(2026, 4, 15)
TODAY = date(2026, 4, 1)


def facts(*debit_ids: UUID) -> dict[str, Any]:
    return {
        "collect_on": COLLECT_ON.isoformat(),
        "debits": [{"debit_id": str(debit_id)} for debit_id in debit_ids],
    }


@given(st.lists(st.uuids(), min_size=1, unique=True), st.sets(st.integers(0, 9)))
def test_a_letter_announces_exactly_the_debits_that_are_still_to_come(
    debit_ids: list[UUID], gone: set[int]
) -> None:
    ended = {debit_id for at, debit_id in enumerate(debit_ids) if at in gone}
    left = still_true(facts(*debit_ids), ended, TODAY)
    if ended == set(debit_ids):
        assert left == Overtaken("debits_ended", is_void=True)
    else:
        assert not isinstance(left, Overtaken)
        told = [UUID(debit["debit_id"]) for debit in left["debits"]]
        assert told == [debit_id for debit_id in debit_ids if debit_id not in ended]


@given(st.uuids(), st.integers(-30, 30))
def test_from_the_day_of_collection_on_nothing_is_announced(debit_id: UUID, days: int) -> None:
    left = still_true(facts(debit_id), (), COLLECT_ON + timedelta(days=days))
    late = Overtaken("announced_too_late", is_void=False)
    assert (left == late) is (days >= 0)


@given(st.lists(st.uuids(), min_size=1, unique=True), st.sets(st.integers(0, 9)))
def test_a_revocation_parts_what_was_announced_in_what_ended_and_what_goes_on(
    debit_ids: list[UUID], gone: set[int]
) -> None:
    ended = {debit_id for at, debit_id in enumerate(debit_ids) if at in gone}
    told = revoked(facts(*debit_ids), ended)
    parts = [[UUID(debit["debit_id"]) for debit in told[key]] for key in ("debits", "remaining")]
    assert set(parts[0]) == ended
    assert sorted(parts[0] + parts[1]) == sorted(debit_ids)
