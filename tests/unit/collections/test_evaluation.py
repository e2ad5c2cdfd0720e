"""One look at one customer: everything that follows, with ids that make it happen once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.collections.domain.arrangement import Instalment, Received
from services.collections.domain.decisions import Blocked, Reason
from services.collections.domain.dossier import (
    CaseStanding,
    Dossier,
    LastDecision,
    OpenWork,
    RunningArrangement,
)
from services.collections.domain.evaluation import evaluate, kind_of
from services.collections.domain.facts import ArrangementStanding, CaseFacts, Flag, FlagKind
from services.collections.domain.figures import pack, unpack
from services.collections.domain.running_interest import Booking, ClaimAccount
from shared.money import Money
from tests.unit.collections.builders import (
    eur,
    facts,
    id_of,
    letter,
    receivable,
    taken,
    water_policy,
)

POLICY = water_policy()
DUE = date(2026, 8, 31)
CUSTOMER = id_of("customer")


def at(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def dossier(known: CaseFacts, **changes: Any) -> Dossier:
    accounts = {
        r.invoice_id: ClaimAccount(r.invoice_id, r.due_on, r.principal) for r in known.receivables
    }
    values: dict[str, Any] = {"customer_id": CUSTOMER, "is_known": True, "accounts": accounts}
    return Dossier(**{**values, "facts": known, **changes})


def look(file: Dossier, day: date, hour: int = 8) -> Any:
    return evaluate(file, POLICY, day, at(day, hour))


def test_the_same_look_twice_gives_the_same_ids() -> None:
    file = dossier(facts(receivable("F1", DUE)))
    first, second = look(file, date(2026, 9, 7)), look(file, date(2026, 9, 7))
    assert [step.step_id for step in first.steps] == [step.step_id for step in second.steps]
    assert first.case_trigger == "open"


def test_a_step_that_comes_round_again_has_an_id_of_its_own() -> None:
    known = facts(receivable("F1", DUE))
    first = look(dossier(known), date(2026, 9, 7)).steps[0]
    again = look(dossier(known, steps_made={"friendly_reminder": 1}), date(2026, 9, 7)).steps[0]
    assert first.step_id != again.step_id


def test_costs_and_the_call_can_fall_on_one_day() -> None:
    letter_on = date(2026, 10, 5)
    known = facts(receivable("F1", DUE), steps=(letter(letter_on, "F1"),))
    found = look(dossier(known), date(2026, 11, 20))
    assert [step.code for step in found.steps] == ["impose_costs"]
    assert [(c.kind, c.amount, c.effective_on) for c in found.charges] == [
        ("costs", eur("40.00"), date(2026, 10, 22)),
        ("interest", eur("0.81"), date(2026, 10, 22)),
    ]


def test_costs_lie_on_the_oldest_invoice_and_interest_on_each() -> None:
    older, newer = receivable("F1", DUE), receivable("F2", date(2026, 9, 28), "100.00")
    known = facts(newer, older, steps=(letter(date(2026, 10, 5), "F1", "F2"),))
    found = look(dossier(known), date(2026, 10, 23))
    assert [(c.claim_id, c.kind) for c in found.charges] == [
        (older.invoice_id, "costs"),
        (older.invoice_id, "interest"),
        (newer.invoice_id, "interest"),
    ]


def test_an_email_waits_for_the_morning_and_says_so() -> None:
    found = look(dossier(facts(receivable("F1", DUE))), date(2026, 9, 7), hour=20)
    assert found.steps == ()
    assert isinstance(found.outcome, Blocked)
    assert found.outcome.reason.code == "contact_closed"


def test_a_decision_is_news_only_when_it_differs() -> None:
    file = dossier(facts(receivable("F1", DUE)))
    first = look(file, date(2026, 9, 2))
    assert first.is_news
    reason = first.outcome.reason
    told = LastDecision(kind_of(first.outcome), reason.code, pack(reason))
    assert not look(replace(file, last_decision=told), date(2026, 9, 3)).is_news


def test_a_case_closes_when_nothing_is_overdue_and_reopens_with_the_next_step() -> None:
    standing = CaseStanding(id_of("case"), "D1", "open")
    later = facts(receivable("F2", date(2026, 12, 1)))
    assert look(dossier(later, case=standing), date(2026, 9, 7)).case_trigger == "close"
    closed = replace(standing, status="closed")
    overdue = facts(receivable("F1", DUE))
    assert look(dossier(overdue, case=closed), date(2026, 9, 7)).case_trigger == "reopen"
    assert look(dossier(later, case=closed), date(2026, 9, 7)).case_trigger is None


def test_a_call_about_a_paid_invoice_goes_away_and_one_about_an_open_one_stays() -> None:
    f1, f2 = receivable("F1", DUE), receivable("F2", DUE)
    about_f1 = OpenWork(id_of("w1"), "call", id_of("s1"), frozenset({f1.invoice_id}))
    about_f2 = OpenWork(id_of("w2"), "call", id_of("s2"), frozenset({f2.invoice_id}))
    found = look(dossier(facts(f2), work=(about_f1, about_f2)), date(2026, 9, 3))
    assert found.obsolete_work == (about_f1,)


def test_work_about_a_person_stays_while_the_flag_stands() -> None:
    item = OpenWork(id_of("w1"), "estate")
    flag = Flag(FlagKind.DECEASED, date(2026, 9, 1))
    with_flag = facts(receivable("F1", DUE), flags=(flag,))
    assert look(dossier(with_flag, work=(item,)), date(2026, 9, 3)).obsolete_work == ()
    without = facts(receivable("F1", DUE))
    assert look(dossier(without, work=(item,)), date(2026, 9, 3)).obsolete_work == (item,)


def running(*received: Received) -> RunningArrangement:
    invoice = id_of("F1")
    return RunningArrangement(
        arrangement_id=id_of("arrangement"),
        number="R2026-000001",
        agreed_on=date(2026, 9, 1),
        claim_ids=frozenset({invoice}),
        instalments=(Instalment(1, date(2026, 10, 1), eur("142.60")),),
        received=received,
        warnings=(),
    )


def arranged(arrangement: RunningArrangement) -> Dossier:
    standing = ArrangementStanding(arrangement.claim_ids, "active")
    known = facts(receivable("F1", DUE), arrangements=(standing,))
    return dossier(known, arrangements=(arrangement,))


def test_an_arrangement_under_way_lets_nothing_be_done() -> None:
    found = look(arranged(running()), date(2026, 9, 7))
    assert (found.steps, found.arrangements) == ((), ())
    assert found.outcome.reason.code == "arrangement_active"


def test_a_breach_is_not_told_on_a_sunday() -> None:
    # Due 1 October with seven days of grace: 9 October is a Friday, 11 October a Sunday.
    assert look(arranged(running()), date(2026, 10, 11)).arrangements == ()
    (change,) = look(arranged(running()), date(2026, 10, 12)).arrangements
    assert change.ends_as is None


def test_a_completed_arrangement_no_longer_holds_anything_back() -> None:
    paid = Received(date(2026, 9, 20), eur("142.60"))
    found = look(arranged(running(paid)), date(2026, 9, 21))
    assert [change.ends_as for change in found.arrangements] == ["completed"]
    assert [step.code for step in found.steps] == ["friendly_reminder"]


def test_no_interest_is_added_while_a_claim_is_arranged() -> None:
    claim = receivable("F1", DUE)
    account = ClaimAccount(
        claim.invoice_id,
        DUE,
        claim.principal,
        (
            Booking("interest", 58, date(2026, 10, 7)),
            Booking("payment", 1000, date(2026, 10, 20)),
        ),
        interest_claimed=True,
    )
    free = dossier(facts(claim), accounts={claim.invoice_id: account})
    assert [c.kind for c in look(free, date(2026, 10, 21)).charges] == ["interest"]
    held = replace(arranged(running()), accounts={claim.invoice_id: account})
    assert look(held, date(2026, 10, 5)).charges == ()


def test_nobody_is_dunned_without_a_policy_or_before_they_are_known() -> None:
    file = dossier(facts(receivable("F1", DUE)))
    day = date(2026, 9, 7)
    assert evaluate(file, None, day, at(day)).outcome.reason.code == "no_policy"
    unknown = look(replace(file, is_known=False), day)
    assert unknown.outcome.reason.code == "customer_unknown"


def test_a_second_reminder_sent_before_a_late_look_is_not_sent_again() -> None:
    steps = (taken("friendly_reminder", date(2026, 9, 7), "F1"),)
    known = facts(receivable("F1", DUE), steps=steps)
    found = look(dossier(known, steps_made={"friendly_reminder": 1}), date(2026, 12, 1))
    assert [step.code for step in found.steps] == ["second_reminder"]


FIGURES = st.one_of(
    st.text(max_size=12),
    st.integers(min_value=-1000, max_value=1000),
    st.dates(),
    st.builds(Money, st.integers(min_value=0, max_value=10**6), st.just("EUR")),
    st.lists(st.text(max_size=5), max_size=3).map(tuple),
)


# The first example pays for loading the calendars.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(["number", "on", "limit", "faults"]), FIGURES))
def test_figures_come_back_from_json_as_they_went(figures: dict[str, Any]) -> None:
    reason = Reason("step_due", tuple(figures.items()))
    assert unpack("step_due", pack(reason)) == reason
