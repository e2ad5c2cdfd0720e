"""End-to-end stories, as far as collections decides them."""

from dataclasses import replace
from datetime import date

from services.collections.domain.arrangement import (
    ArrangementRules,
    Break,
    Kept,
    Received,
    Warned,
    judge,
    schedule_in,
)
from services.collections.domain.decisions import Blocked, Do, Wait
from services.collections.domain.facts import ArrangementStanding, CaseFacts, PaymentInFlight
from services.collections.domain.interest import Settlement, accrue, first_day_of_default
from services.collections.domain.jurisdiction import jurisdiction
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
RATES = jurisdiction("NL").consumer_interest


def test_a_water_bill_paid_in_part_after_the_letter_expired() -> None:
    """142.60 due 31 August; letter of 18 September; 100.00 comes on 20 October."""
    due_on = date(2026, 8, 31)
    known = facts(receivable("A", due_on, "142.60"), steps=(letter(date(2026, 9, 18), "A"),))
    waiting = decide(known, POLICY, date(2026, 10, 6))
    assert isinstance(waiting, Wait)
    assert dict(waiting.reason.figures)["last_day"] == date(2026, 10, 6)

    imposed = decide(known, POLICY, date(2026, 10, 8))
    assert isinstance(imposed, Do)
    assert imposed.step == "impose_costs"
    assert imposed.costs is not None
    assert imposed.costs.total == eur("40.00")
    assert imposed.costs_from == date(2026, 10, 7)

    paid_on, paid = date(2026, 10, 20), eur("100.00")
    first_day = first_day_of_default(due_on)
    interest = accrue(eur("142.60"), first_day, paid_on, RATES)
    assert [(p.first_day, p.last_day, p.days) for p in interest.pieces] == [
        (date(2026, 9, 1), date(2026, 10, 20), 50)
    ]
    assert interest.total == eur("0.78")
    assert interest.assumed

    # Costs first, then interest, then principal (BW 6:44).
    to_principal = paid - imposed.costs.total - interest.total
    assert to_principal == eur("59.22")
    booked = Settlement(paid_on, to_principal, interest.total)
    later = accrue(eur("142.60"), first_day, date(2026, 10, 31), RATES, [booked])
    assert later.pieces[-1].base == eur("83.38")
    assert later.pieces[-1].first_day == date(2026, 10, 21)


def test_most_of_a_claim_paid_within_the_term_leaves_costs_over_the_rest() -> None:
    """850.00, the letter names 127.50; 600.00 arrives inside the term."""
    due_on = date(2026, 8, 31)
    reminded = facts(
        receivable("A", due_on, "850.00"), steps=(taken("second_reminder", date(2026, 9, 21), "A"),)
    )
    demand = decide(reminded, POLICY, date(2026, 10, 5))
    assert isinstance(demand, Do)
    assert demand.costs is not None
    assert demand.costs.net == eur("127.50")
    sent = carried_out(reminded, demand, date(2026, 10, 5))
    rest = replace(sent, receivables=(receivable("A", due_on, "250.00"),))
    imposed = decide(rest, POLICY, date(2026, 10, 23))
    assert isinstance(imposed, Do)
    assert imposed.costs is not None
    assert imposed.costs.net == eur("40.00")


def test_a_refunded_debit_comes_back_with_its_due_date_and_without_costs() -> None:
    """64.00 debited on 1 October; the customer takes it back on 20 November (MD06)."""
    due_on, returned_on = date(2026, 10, 1), date(2026, 11, 20)
    debit = receivable("A", due_on, "64.00", collection="direct_debit")
    flying = facts(
        debit, in_flight=(PaymentInFlight(frozenset({id_of("A")}), "debit", date(2026, 10, 8)),)
    )
    assert isinstance(decide(flying, POLICY, date(2026, 10, 2)), Blocked)

    back = replace(debit, debit_returned_on=returned_on)
    known = facts(back, steps=(letter(date(2026, 9, 18), "A"),))
    seen = []
    for day in (date(2026, 11, 20), date(2026, 12, 4), date(2026, 12, 18)):
        decision = decide(known, POLICY, day)
        assert isinstance(decision, Do)
        seen.append((decision.step, decision.costs.net if decision.costs else None))
        known = carried_out(known, decision, day)
    assert seen == [
        ("debit_return_contact", None),
        ("second_reminder", None),
        ("fourteen_day_letter", eur("40.00")),
    ]
    # Nothing is charged while the new letter runs.
    assert decide(known, POLICY, date(2026, 12, 30)).reason.code == "letter_term_waits"
    # Interest may run from the first default all the same.
    interest = accrue(eur("64.00"), first_day_of_default(due_on), date(2026, 12, 30), RATES)
    assert interest.pieces[0].first_day == date(2026, 10, 2)


def test_a_kept_arrangement_stops_everything_though_the_letter_has_expired() -> None:
    """650.00 of rent, one month open, an arrangement that is kept."""
    rent = receivable("A", date(2026, 9, 1), "650.00", is_instalment=True)
    expired = letter(date(2026, 10, 5), "A", costs="97.50")
    instalments = schedule_in(eur("650.00"), 5, date(2026, 11, 1), ArrangementRules())

    def on(day: date, paid: list[Received], warned: list[Warned]) -> tuple[object, CaseFacts]:
        outcome = judge(instalments, paid, warned, day, ArrangementRules())
        status = "broken" if isinstance(outcome, Break) else "active"
        standing = ArrangementStanding(frozenset({id_of("A")}), status)  # type: ignore[arg-type]
        return outcome, facts(rent, steps=(expired,), arrangements=(standing,))

    kept, known = on(date(2026, 11, 20), [Received(date(2026, 11, 1), eur("130.00"))], [])
    assert isinstance(kept, Kept)
    blocked = decide(known, POLICY, date(2026, 11, 20))
    assert isinstance(blocked, Blocked)
    assert blocked.reason.code == "arrangement_active"

    warned = [Warned(1, date(2026, 11, 9))]
    broken, known = on(date(2026, 11, 20), [], warned)
    assert isinstance(broken, Break)
    imposed = decide(known, POLICY, date(2026, 11, 20))
    assert lines_of(imposed) == {id_of("A"): "impose_costs"}
    assert isinstance(imposed, Do)
    assert imposed.costs is not None
    assert imposed.costs.net == eur("97.50")
