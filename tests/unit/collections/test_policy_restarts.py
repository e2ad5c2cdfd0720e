"""What does not count: faulty letters, failed messages, steps from before a returned debit."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.collections.domain.decisions import Blocked, Do, Reason, Wait
from services.collections.domain.facts import (
    MessageState,
    PaymentInFlight,
)
from services.collections.domain.policy import decide
from tests.unit.collections.builders import (
    facts,
    id_of,
    letter,
    lines_of,
    receivable,
    step_of,
    steps_made,
    taken,
    water_policy,
)

POLICY = water_policy()
DUE = date(2026, 8, 31)


@pytest.mark.parametrize(
    "changes",
    [
        {"wording": "fourteen_days_after_today"},
        {"costs": None},
        {"message": MessageState.FAILED, "channel": "courier"},
        {"channel": "email"},
        {"sent_on": DUE, "taken_on": DUE},
    ],
    ids=["wording", "no-amount", "bounced", "no-proof", "before-default"],
)
def test_a_letter_that_does_not_count_is_followed_by_a_new_one(changes: dict[str, Any]) -> None:
    faulty = replace(letter(date(2026, 10, 5), "A"), **changes)
    reminded = taken("second_reminder", date(2026, 9, 21), "A")
    known = facts(receivable("A", DUE), steps=(reminded, faulty))
    assert step_of(decide(known, POLICY, date(2026, 10, 23))) == "fourteen_day_letter"


def test_a_rung_above_the_letter_does_not_stand_in_for_it() -> None:
    """The clause was unsafe when the final demand went out; a new contract mended it."""
    demanded = taken("final_demand_without_costs", date(2026, 10, 5), "A")
    steps = steps_made(
        facts(receivable("A", DUE), steps=(demanded,)), date(2026, 10, 6), 40, POLICY
    )
    assert steps == [
        (date(2026, 10, 19), "fourteen_day_letter"),
        (date(2026, 11, 6), "impose_costs"),
        (date(2026, 11, 11), "call"),
    ]


def test_a_new_letter_has_its_own_fourteen_days() -> None:
    faulty = replace(letter(date(2026, 10, 5), "A"), wording=None)
    fresh = letter(date(2026, 10, 23), "A")
    known = facts(receivable("A", DUE), steps=(faulty, fresh))
    waiting = decide(known, POLICY, date(2026, 10, 26))
    assert waiting == Wait(
        date(2026, 11, 12),
        Reason(
            "letter_term_waits",
            (("number", "A"), ("last_day", date(2026, 11, 10)), ("on", date(2026, 11, 12))),
        ),
    )


def test_a_letter_by_e_mail_waits_for_proof_and_counts_from_it() -> None:
    mailed = replace(letter(date(2026, 10, 5), "A"), channel="email")
    waiting = facts(receivable("A", DUE), steps=(mailed,))
    assert decide(waiting, POLICY, date(2026, 10, 6)).reason.code == "message_pending"
    proven = replace(mailed, delivered_on=date(2026, 10, 5))
    found = decide(facts(receivable("A", DUE), steps=(proven,)), POLICY, date(2026, 10, 21))
    assert isinstance(found, Do)
    assert found.costs_from == date(2026, 10, 20)


def test_a_debit_in_flight_is_waited_for() -> None:
    flying = PaymentInFlight(frozenset({id_of("A")}), "debit", date(2026, 9, 10))
    found = decide(facts(receivable("A", DUE), in_flight=(flying,)), POLICY, date(2026, 9, 7))
    assert isinstance(found, Blocked)
    assert found.reason.code == "debit_in_flight"
    assert found.until == date(2026, 9, 11)


def test_a_returned_debit_keeps_its_due_date_but_contact_comes_first() -> None:
    returned = receivable(
        "A", date(2026, 10, 1), "64.00", collection="direct_debit",
        debit_returned_on=date(2026, 11, 20),
    )  # fmt: skip
    steps = steps_made(facts(returned), date(2026, 11, 20), 40, POLICY)
    assert steps == [
        (date(2026, 11, 20), "debit_return_contact"),
        (date(2026, 12, 4), "second_reminder"),
        (date(2026, 12, 18), "fourteen_day_letter"),
    ]


def test_what_was_sent_before_the_debit_returned_does_not_count() -> None:
    returned = receivable("A", DUE, debit_returned_on=date(2026, 11, 20))
    old = (letter(date(2026, 10, 5), "A"), taken("friendly_reminder", date(2026, 9, 7), "A"))
    found = decide(facts(returned, steps=old), POLICY, date(2026, 11, 20))
    assert step_of(found) == "debit_return_contact"
    assert found.reason.code == "debit_returned"


def test_a_debit_that_just_came_back_does_not_join_a_letter() -> None:
    both = facts(
        receivable("A", DUE),
        receivable("B", date(2026, 9, 1), "64.00", debit_returned_on=date(2026, 10, 5)),
        steps=(taken("second_reminder", date(2026, 9, 21), "A"),),
    )
    found = decide(both, POLICY, date(2026, 10, 5))
    assert lines_of(found) == {
        id_of("A"): "fourteen_day_letter",
        id_of("B"): "debit_return_contact",
    }
