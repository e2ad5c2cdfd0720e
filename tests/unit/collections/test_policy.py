"""The dunning policy of a Dutch water company: what it does with one customer, day by day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.collections.domain.decisions import Blocked, Close, Decision, Do, Reason, Wait
from services.collections.domain.facts import (
    ActiveHold,
    ArrangementStanding,
    CaseFacts,
    CreditorTerms,
    Flag,
    FlagKind,
    MessageState,
    OpenDispute,
    PaymentInFlight,
)
from services.collections.domain.ladder import DunningPolicy
from services.collections.domain.policy import decide
from tests.unit.collections.builders import (
    carried_out,
    eur,
    facts,
    id_of,
    letter,
    lines_of,
    receivable,
    taken,
    water_policy,
)

POLICY = water_policy()
DUE = date(2026, 8, 31)


def run(
    start: CaseFacts, first: date, days: int, policy: DunningPolicy = POLICY
) -> list[tuple[date, str]]:
    """The steps taken when each day's decisions are carried out at once."""
    current, made = start, []
    for day in (first + timedelta(days=n) for n in range(days)):
        while isinstance(decision := decide(current, policy, day), Do):
            made.append((day, decision.step))
            current = carried_out(current, decision, day)
    return made


def step_of(decision: Decision) -> str:
    assert isinstance(decision, Do), decision
    return decision.step


# --- one invoice -----------------------------------------------------------------------------


def test_one_unpaid_invoice_climbs_the_whole_ladder() -> None:
    assert run(facts(receivable("A", DUE)), DUE, 100) == [
        (date(2026, 9, 7), "friendly_reminder"),
        (date(2026, 9, 21), "second_reminder"),
        (date(2026, 10, 5), "fourteen_day_letter"),
        # Delivered 7 October, free to the 21st, a business day for the bank.
        (date(2026, 10, 23), "impose_costs"),
        (date(2026, 10, 28), "call"),
        (date(2026, 11, 11), "bailiff_handover"),
    ]


def test_a_business_owes_costs_without_a_fourteen_day_letter() -> None:
    business = facts(receivable("A", DUE, "850.00"), kind="business")
    steps = run(business, DUE, 100)
    assert [step for _, step in steps] == [
        "friendly_reminder",
        "second_reminder",
        "final_demand_business",
        "impose_costs_business",
        "call",
        "bailiff_handover",
    ]
    imposed = decide(
        facts(
            receivable("A", DUE, "850.00"),
            kind="business",
            steps=(taken("final_demand_business", date(2026, 10, 5), "A"),),
        ),
        POLICY,
        date(2026, 10, 19),
    )
    assert isinstance(imposed, Do)
    assert imposed.costs is not None
    assert imposed.costs.net == eur("127.50")


def test_a_contract_with_an_unsafe_cost_clause_is_never_charged_nor_threatened() -> None:
    steps = run(facts(receivable("A", DUE, cost_clause_safe=False)), DUE, 100)
    assert [step for _, step in steps] == [
        "friendly_reminder",
        "second_reminder",
        "final_demand_without_costs",
        "call_without_costs",
        "bailiff_handover",
    ]


def test_where_no_costs_are_configured_the_ladder_goes_without() -> None:
    steps = run(facts(receivable("A", DUE), jurisdiction="DE"), DUE, 60)
    assert "final_demand_without_costs" in [step for _, step in steps]
    assert "impose_costs" not in [step for _, step in steps]


def test_before_the_due_date_there_is_nothing_to_do() -> None:
    assert decide(facts(receivable("A", DUE)), POLICY, DUE) == Wait(
        date(2026, 9, 1), Reason("not_yet_due", (("number", "A"), ("due_on", DUE)))
    )


def test_a_wait_says_until_when_and_for_what() -> None:
    assert decide(facts(receivable("A", DUE)), POLICY, date(2026, 9, 2)) == Wait(
        date(2026, 9, 7),
        Reason(
            "next_step",
            (("number", "A"), ("step", "friendly_reminder"), ("on", date(2026, 9, 7))),
        ),
    )


def test_when_all_is_paid_the_case_closes() -> None:
    assert decide(facts(receivable("A", DUE, "0.00")), POLICY, date(2026, 9, 7)) == Close(
        Reason("settled")
    )


def test_costs_alone_keep_a_case_open() -> None:
    left = receivable("A", DUE, "0.00", costs=eur("40.00"))
    steps = (letter(date(2026, 10, 5), "A"), taken("impose_costs", date(2026, 10, 23), "A"))
    assert step_of(decide(facts(left, steps=steps), POLICY, date(2026, 10, 28))) == "call"


def test_costs_alone_are_not_demanded_by_a_letter_that_adds_costs() -> None:
    left = receivable("A", DUE, "0.00", costs=eur("40.00"))
    reminded = (taken("second_reminder", date(2026, 9, 21), "A"),)
    assert step_of(decide(facts(left, steps=reminded), POLICY, date(2026, 10, 12))) == "call"


def test_after_the_last_step_the_policy_rests() -> None:
    steps = (taken("bailiff_handover", date(2026, 11, 11), "A"),)
    assert decide(facts(receivable("A", DUE), steps=steps), POLICY, date(2026, 12, 1)) == Wait(
        None, Reason("ladder_finished")
    )


def test_a_message_that_has_not_left_is_waited_for() -> None:
    requested = taken(
        "friendly_reminder", date(2026, 9, 7), "A", message=MessageState.REQUESTED, sent_on=None
    )
    found = decide(facts(receivable("A", DUE), steps=(requested,)), POLICY, date(2026, 12, 1))
    assert found == Wait(None, Reason("message_pending"))


def test_terms_count_from_the_day_the_message_left() -> None:
    late = taken("friendly_reminder", date(2026, 9, 7), "A", sent_on=date(2026, 9, 16))
    found = decide(facts(receivable("A", DUE), steps=(late,)), POLICY, date(2026, 9, 29))
    assert isinstance(found, Wait)
    assert found.until == date(2026, 9, 30)


def test_a_failed_message_is_sent_again_by_another_way() -> None:
    failed = taken(
        "friendly_reminder", date(2026, 9, 7), "A", message=MessageState.FAILED, channel="email"
    )
    found = decide(facts(receivable("A", DUE), steps=(failed,)), POLICY, date(2026, 9, 8))
    assert isinstance(found, Do)
    assert (found.step, found.channel) == ("friendly_reminder", "letter")


def test_a_customer_whom_no_message_reaches_is_for_a_person() -> None:
    failed = tuple(
        taken("friendly_reminder", date(2026, 9, 7), "A", message=MessageState.FAILED, channel=way)
        for way in ("email", "letter")
    )
    found = decide(facts(receivable("A", DUE), steps=failed), POLICY, date(2026, 9, 8))
    assert isinstance(found, Blocked)
    assert found.reason.code == "unreachable"


def test_a_small_balance_is_left_alone() -> None:
    found = decide(facts(receivable("A", DUE, "4.99")), POLICY, date(2026, 9, 7))
    assert isinstance(found, Blocked)
    assert found.reason == Reason("small_balance", (("limit", eur("5.00")),))


def test_a_step_with_a_higher_limit_waits_for_a_larger_sum() -> None:
    steps = (taken("second_reminder", date(2026, 9, 21), "A"),)
    found = decide(facts(receivable("A", DUE, "9.00"), steps=steps), POLICY, date(2026, 10, 5))
    assert isinstance(found, Blocked)
    assert found.reason.code == "below_step_minimum"


def test_nothing_is_sent_on_a_sunday_or_a_holiday() -> None:
    due_on = date(2026, 12, 18)
    found = decide(facts(receivable("A", due_on)), POLICY, date(2026, 12, 25))
    assert isinstance(found, Blocked)
    assert found.reason.code == "contact_closed"
    assert found.until == date(2026, 12, 28)


def test_costs_may_be_imposed_on_a_sunday_since_nobody_is_approached() -> None:
    steps = (letter(date(2026, 10, 1), "A"),)
    sunday = date(2026, 10, 25)
    found = decide(facts(receivable("A", DUE), steps=steps), POLICY, sunday)
    assert step_of(found) == "impose_costs"


def test_an_old_bank_statement_stops_every_step() -> None:
    known = facts(receivable("A", DUE), bank_known_on=date(2026, 9, 1))
    found = decide(known, POLICY, date(2026, 9, 7))
    assert isinstance(found, Blocked)
    assert found.reason.code == "bank_not_known"
    recent = replace(known, bank_known_on=date(2026, 9, 4))
    assert step_of(decide(recent, POLICY, date(2026, 9, 7))) == "friendly_reminder"


# --- several invoices ------------------------------------------------------------------------


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
    assert run(later, date(2026, 10, 6), 70)[-4:] == [
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


# --- letters that do not count ----------------------------------------------------------------


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
def test_a_letter_that_does_not_count_is_followed_by_a_new_one(changes: dict[str, object]) -> None:
    faulty = replace(letter(date(2026, 10, 5), "A"), **changes)
    reminded = taken("second_reminder", date(2026, 9, 21), "A")
    known = facts(receivable("A", DUE), steps=(reminded, faulty))
    assert step_of(decide(known, POLICY, date(2026, 10, 23))) == "fourteen_day_letter"


def test_a_rung_above_the_letter_does_not_stand_in_for_it() -> None:
    """The clause was unsafe when the final demand went out; a new contract mended it."""
    demanded = taken("final_demand_without_costs", date(2026, 10, 5), "A")
    steps = run(facts(receivable("A", DUE), steps=(demanded,)), date(2026, 10, 6), 40)
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


# --- direct debits ----------------------------------------------------------------------------


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
    steps = run(facts(returned), date(2026, 11, 20), 40)
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


# --- what stands in the way -------------------------------------------------------------------


def test_a_dispute_over_one_invoice_leaves_the_other_on_its_ladder() -> None:
    two = facts(
        receivable("A", DUE),
        receivable("B", DUE, "60.00"),
        disputes=(OpenDispute(frozenset({id_of("A")}), date(2026, 9, 1)),),
    )
    assert lines_of(decide(two, POLICY, date(2026, 9, 7))) == {id_of("B"): "friendly_reminder"}


def test_a_hold_ends_by_itself() -> None:
    held = facts(receivable("A", DUE), holds=(ActiveHold(None, date(2026, 9, 10), "promise"),))
    found = decide(held, POLICY, date(2026, 9, 7))
    assert isinstance(found, Blocked)
    assert (found.reason.code, found.until) == ("hold_until", date(2026, 9, 11))
    assert step_of(decide(held, POLICY, date(2026, 9, 11))) == "friendly_reminder"


def test_an_arrangement_that_broke_no_longer_protects() -> None:
    def with_status(status: str) -> CaseFacts:
        standing = ArrangementStanding(None, status)  # type: ignore[arg-type]
        return facts(receivable("A", DUE), arrangements=(standing,))

    for status in ("active", "proposed"):
        blocked = decide(with_status(status), POLICY, date(2026, 9, 7))
        assert isinstance(blocked, Blocked)
        assert blocked.reason.code == f"arrangement_{status}"
    for status in ("broken", "completed", "cancelled"):
        assert step_of(decide(with_status(status), POLICY, date(2026, 9, 7)))


def test_letters_to_someone_under_administration_go_to_the_administrator() -> None:
    flags = (Flag(FlagKind.ADMINISTRATION, date(2026, 1, 1)),)
    known = facts(receivable("A", DUE), flags=flags, administrator_known=True)
    found = decide(known, POLICY, date(2026, 9, 7))
    assert isinstance(found, Do)
    assert found.addressee == "administrator"


def test_bills_after_a_debt_restructuring_are_dunned_as_usual() -> None:
    flags = (Flag(FlagKind.DEBT_RESTRUCTURING, date(2026, 7, 1)),)
    both = facts(
        receivable("OLD", date(2026, 6, 30)),
        receivable("NEW", DUE, "60.00"),
        flags=flags,
    )
    assert lines_of(decide(both, POLICY, date(2026, 9, 7))) == {id_of("NEW"): "friendly_reminder"}


def test_a_third_party_without_registration_does_nothing() -> None:
    terms = CreditorTerms(collects_for_third_party=True, registered_until=date(2026, 9, 6))
    found = decide(facts(receivable("A", DUE), creditor=terms), POLICY, date(2026, 9, 7))
    assert isinstance(found, Blocked)
    assert found.reason.code == "collector_unregistered"


def test_the_nearest_day_wins_when_one_invoice_waits_and_another_is_held() -> None:
    two = facts(
        receivable("A", DUE),
        receivable("B", date(2026, 9, 3)),
        holds=(ActiveHold(frozenset({id_of("A")}), date(2026, 9, 8)),),
    )
    found = decide(two, POLICY, date(2026, 9, 7))
    assert isinstance(found, Wait)
    assert found.until == date(2026, 9, 9)
