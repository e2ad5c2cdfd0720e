"""The dunning policy of a Dutch water company: what it does with one customer, day by day."""

from dataclasses import replace
from datetime import date

from services.collections.domain.decisions import Blocked, Close, Do, Reason, Wait
from services.collections.domain.facts import (
    ActiveHold,
    ArrangementStanding,
    CaseFacts,
    CreditorTerms,
    Flag,
    FlagKind,
    MessageState,
    OpenDispute,
)
from services.collections.domain.policy import decide
from tests.unit.collections.builders import (
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


def test_one_unpaid_invoice_climbs_the_whole_ladder() -> None:
    assert steps_made(facts(receivable("A", DUE)), DUE, 100, POLICY) == [
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
    steps = steps_made(business, DUE, 100, POLICY)
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
    steps = steps_made(facts(receivable("A", DUE, cost_clause_safe=False)), DUE, 100, POLICY)
    assert [step for _, step in steps] == [
        "friendly_reminder",
        "second_reminder",
        "final_demand_without_costs",
        "call_without_costs",
        "bailiff_handover",
    ]


def test_where_no_costs_are_configured_the_ladder_goes_without() -> None:
    steps = steps_made(facts(receivable("A", DUE), jurisdiction="DE"), DUE, 60, POLICY)
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
    enough = decide(facts(receivable("A", DUE, "10.00"), steps=steps), POLICY, date(2026, 10, 5))
    assert step_of(enough) == "fourteen_day_letter"


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
