"""Several invoices of one customer: one letter for everything, and no step of any is lost."""

from dataclasses import replace
from datetime import date, timedelta

from services.collections.domain.decisions import Do
from services.collections.domain.facts import (
    ActiveHold,
    OpenDispute,
)
from services.collections.domain.policy import decide
from tests.unit.collections.builders import (
    carried_out,
    eur,
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


def test_reminders_of_two_invoices_travel_in_one_message_each_at_its_own_step() -> None:
    two = facts(
        receivable("A", DUE),
        receivable("B", date(2026, 9, 14), "60.00"),
        steps=(taken("friendly_reminder", date(2026, 9, 7), "A"),),
    )
    found = decide(two, POLICY, date(2026, 9, 21))
    assert step_of(found) == "second_reminder"
    assert lines_of(found) == {id_of("A"): "second_reminder", id_of("B"): "friendly_reminder"}


def test_a_reminder_that_is_nearly_due_goes_along() -> None:
    two = facts(
        receivable("A", DUE),
        receivable("B", date(2026, 9, 3), "60.00"),
        receivable("C", date(2026, 9, 4), "60.00"),
    )
    found = decide(two, POLICY, date(2026, 9, 7))
    assert lines_of(found) == {id_of("A"): "friendly_reminder", id_of("B"): "friendly_reminder"}


def test_no_reminder_is_lost_because_another_was_sent() -> None:
    two = facts(receivable("A", DUE), receivable("B", date(2026, 9, 14), "60.00"))
    seen: dict[str, list[str]] = {"A": [], "B": []}
    current = two
    for day in (DUE + timedelta(days=n) for n in range(100)):
        while isinstance(decision := decide(current, POLICY, day), Do):
            for name, steps in seen.items():
                steps += [step for line, step in lines_of(decision).items() if line == id_of(name)]
            current = carried_out(current, decision, day)
    assert seen["A"][:3] == ["friendly_reminder", "second_reminder", "fourteen_day_letter"]
    assert seen["B"][:2] == ["friendly_reminder", "fourteen_day_letter"]


def test_the_fourteen_day_letter_takes_along_every_overdue_invoice() -> None:
    many = facts(
        receivable("A", DUE, "800.00"),
        receivable("B", date(2026, 9, 20), "900.00"),
        receivable("C", date(2026, 10, 4), "1000.00"),
        receivable("D", date(2026, 10, 5), "50.00"),
        steps=(taken("second_reminder", date(2026, 9, 21), "A"),),
    )
    found = decide(many, POLICY, date(2026, 10, 5))
    assert isinstance(found, Do)
    assert lines_of(found) == dict.fromkeys(map(id_of, "ABC"), "fourteen_day_letter")
    assert found.costs is not None
    assert found.costs.net == eur("395.00")
    assert found.channel == "letter"


def test_an_invoice_of_which_only_costs_are_left_does_not_join_a_letter() -> None:
    both = facts(
        receivable("A", DUE),
        receivable("B", DUE, "0.00", interest=eur("6.00")),
        steps=(
            taken("second_reminder", date(2026, 9, 21), "A"),
            taken("friendly_reminder", date(2026, 10, 2), "B"),
        ),
    )
    found = decide(both, POLICY, date(2026, 10, 5))
    assert lines_of(found) == {id_of("A"): "fourteen_day_letter"}


def test_an_invoice_that_falls_due_after_the_letter_has_its_own_ladder_and_fresh_days() -> None:
    later = facts(
        receivable("A", DUE, "300.00"),
        receivable("B", date(2026, 10, 6), "60.00"),
        steps=(letter(date(2026, 10, 5), "A", costs="45.00"),),
    )
    first = decide(later, POLICY, date(2026, 10, 13))
    assert lines_of(first) == {id_of("B"): "friendly_reminder"}
    imposed = decide(carried_out(later, first, date(2026, 10, 13)), POLICY, date(2026, 10, 23))
    assert lines_of(imposed) == {id_of("A"): "impose_costs"}
    assert steps_made(later, date(2026, 10, 6), 70, POLICY)[-4:] == [
        (date(2026, 11, 10), "fourteen_day_letter"),
        (date(2026, 11, 11), "bailiff_handover"),
        (date(2026, 11, 28), "impose_costs"),
        (date(2026, 12, 3), "call"),
    ]


def test_two_letters_are_charged_one_by_one_each_after_its_own_term() -> None:
    two = facts(
        receivable("A", DUE, "300.00"),
        receivable("B", DUE, "400.00"),
        steps=(
            letter(date(2026, 10, 5), "A", costs="45.00"),
            letter(date(2026, 10, 12), "B", costs="60.00"),
        ),
    )
    assert decide(two, POLICY, date(2026, 10, 22)).reason.code == "letter_term_waits"
    first = decide(two, POLICY, date(2026, 11, 2))
    assert isinstance(first, Do)
    assert lines_of(first) == {id_of("A"): "impose_costs"}
    assert first.costs is not None
    assert first.costs.net == eur("45.00")
    second = decide(carried_out(two, first, date(2026, 11, 2)), POLICY, date(2026, 11, 2))
    assert isinstance(second, Do)
    assert lines_of(second) == {id_of("B"): "impose_costs"}
    assert second.costs is not None
    assert second.costs.net == eur("60.00")


def test_only_the_unpaid_remainder_of_a_letter_is_charged() -> None:
    remainder = facts(
        receivable("A", DUE, "250.00"), steps=(letter(date(2026, 9, 18), "A", costs="127.50"),)
    )
    found = decide(remainder, POLICY, date(2026, 10, 8))
    assert isinstance(found, Do)
    assert found.costs is not None
    assert found.costs.net == eur("40.00")
    assert found.costs_from == date(2026, 10, 7)
    assert found.claims_interest


def test_a_letter_charged_in_two_goes_takes_no_more_than_it_named() -> None:
    sent = letter(date(2026, 9, 18), "A", "B", costs="40.00")
    both = facts(receivable("A", DUE), receivable("B", DUE, "100.00"), steps=(sent,))
    disputed = replace(both, disputes=(OpenDispute(frozenset({id_of("B")}), DUE),))
    first = decide(disputed, POLICY, date(2026, 10, 8))
    assert isinstance(first, Do)
    assert lines_of(first) == {id_of("A"): "impose_costs"}
    answered = replace(carried_out(disputed, first, date(2026, 10, 8)), disputes=())
    second = decide(answered, POLICY, date(2026, 10, 20))
    assert isinstance(second, Do)
    assert lines_of(second)[id_of("B")] == "impose_costs"
    assert second.costs is not None
    assert second.costs.net == eur("0.00")


def test_small_instalments_name_less_while_an_earlier_letter_may_still_be_charged() -> None:
    known = facts(
        receivable("A", DUE, "35.00", is_instalment=True),
        receivable("B", date(2026, 9, 15), "35.00", is_instalment=True),
        steps=(
            letter(date(2026, 10, 5), "A"),
            taken("second_reminder", date(2026, 10, 6), "B"),
        ),
    )
    first = decide(known, POLICY, date(2026, 10, 20))
    assert isinstance(first, Do)
    assert lines_of(first) == {id_of("B"): "fourteen_day_letter"}
    assert first.costs is not None
    assert first.costs.net == eur("20.00")
    paid = replace(known, receivables=known.receivables[1:])
    alone = decide(paid, POLICY, date(2026, 10, 20))
    assert isinstance(alone, Do)
    assert alone.costs is not None
    assert alone.costs.net == eur("40.00")


def test_a_letter_that_was_charged_counts_once_in_the_look_back() -> None:
    """40 + 20 + 20 were charged, so the fourth letter may name 20 of the 60 that are left."""
    steps = [taken("second_reminder", date(2026, 9, 21), "D")]
    for name, month, costs in (("A", 6, "40.00"), ("B", 7, "20.00"), ("C", 8, "20.00")):
        sent = letter(date(2026, month, 1), name, costs=costs)
        charge = {"costs": eur(costs), "letter_id": sent.step_id}
        steps += [sent, taken("impose_costs", date(2026, month, 20), name, **charge)]
    known = facts(
        *(receivable(name, DUE, "35.00", is_instalment=True) for name in "ABCD"),
        steps=tuple(steps),
        holds=(ActiveHold(frozenset(map(id_of, "ABC")), None),),
    )
    found = decide(known, POLICY, date(2026, 10, 5))
    assert lines_of(found) == {id_of("D"): "fourteen_day_letter"}
    assert isinstance(found, Do)
    assert found.costs is not None
    assert found.costs.net == eur("20.00")
