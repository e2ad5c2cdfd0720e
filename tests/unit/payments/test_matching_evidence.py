"""Where nothing is named for certain: what is weighed, what is posted, what a person sees."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.payments.domain.clues import clues_in
from services.payments.domain.matching import (
    Ambiguous,
    Debtor,
    Decision,
    Exact,
    Facts,
    Item,
    Line,
    NoMatch,
    Over,
    Partial,
    Plan,
    Posted,
    Settings,
    Several,
    decide_all,
)
from services.payments.domain.matching.weights import WEIGHTS_2026
from shared.ids import uuid7
from shared.money import Money
from shared.references import make_payment_reference, make_rf_reference

ANNA, BORIS = UUID(int=1), UUID(int=2)
DEBTORS = [
    Debtor(id=ANNA, number_key="10000017", name="A.B. van der Oosterbrink"),
    Debtor(id=BORIS, number_key="10000024", name="B. Kuipersbeek"),
]


def bill(count: int, cents: int, customer: UUID = ANNA, *, due: int = 1, **changes: Any) -> Item:
    number = f"2026{count:07}"
    return Item(
        id=UUID(int=1_000 + count),
        customer_id=customer,
        status="open" if cents else "settled",
        available=Money(cents, "EUR"),
        due_on=date(2026, 4, due),
        number_key=number,
        rf_reference=make_rf_reference(number),
        payment_reference=make_payment_reference(int(number)),
        **changes,
    )


def line(cents: int, text: str = "", **changes: Any) -> Line:
    return Line(
        id=uuid7(),
        amount=Money(cents, "EUR"),
        value_on=date(2026, 4, 20),
        clues=clues_in([text]),
        **changes,
    )


def decided(
    one: Line, *items: Item, plans: list[Plan] | None = None, settings: Settings | None = None
) -> Decision:
    facts = Facts.of(items, DEBTORS, plans or [])
    return decide_all([one], facts, settings or Settings())[one.id]


def paid(decision: Decision) -> list[tuple[UUID, int]]:
    assert isinstance(decision, Posted), decision
    return [(share.item_id, share.amount.minor) for share in decision.shares]


FIRST, SECOND = bill(123, 4_000), bill(124, 4_000, BORIS)
KENMERK = FIRST.payment_reference or ""


@pytest.mark.parametrize(
    "written",
    [
        KENMERK[:6] + KENMERK[7] + KENMERK[6] + KENMERK[8:],
        KENMERK[:9] + KENMERK[10:],
        KENMERK[:12] + KENMERK[11:],
        KENMERK[:-2],
        KENMERK[5:],
        "2026-0000132",
    ],
)
def test_a_damaged_reference_name_and_amount_together_are_enough(written: str) -> None:
    decision = decided(
        line(4_000, f"kenmerk {written}", payer_name="A B OOSTERBRINK"), FIRST, SECOND
    )
    assert paid(decision) == [(FIRST.id, 4_000)]


def test_letters_read_as_digits_are_a_whole_reference_when_the_check_digit_holds() -> None:
    written = KENMERK.replace("0", "O").replace("1", "I")
    decision = decided(line(4_000, f"kenmerk {written}"), FIRST, SECOND)
    assert isinstance(decision, Exact)
    assert decision.rule == "reference"


@pytest.mark.parametrize("shown", ["{}", "{} bedankt"])
@pytest.mark.parametrize("cut", [5, 1])
def test_a_mistyped_kenmerk_does_not_pay_the_bill_whose_number_it_ends_with(
    shown: str, cut: int
) -> None:
    """Its check digit fails; its last eleven digits are somebody else's invoice number."""
    wrong = f"{(int(KENMERK[0]) + 1) % 10}{KENMERK[1:5]}{SECOND.number_key}"
    text = shown.format(f"{wrong[:cut]} {wrong[cut:]}")
    decision = decided(line(4_000, text, payer_name="C. Vreemd"), FIRST, SECOND)
    assert isinstance(decision, Ambiguous | NoMatch)


def test_an_invoice_number_of_somebody_else_is_taken_for_the_slip_it_is() -> None:
    """Account, name and amount are Anna's; the number is one digit beside hers."""
    one = line(
        4_500,
        f"factuur {SECOND.number_key}",
        payer_name="A.B. van der Oosterbrink",
        accounts={ANNA: "mandate"},
    )
    hers = bill(123, 4_500)
    decision = decided(one, hers, SECOND)
    assert paid(decision) == [(hers.id, 4_500)]


def test_a_whole_reference_is_paid_by_whoever_pays_it() -> None:
    """BW 6:43 lid 1 and 6:30: anyone may pay for another, and says for what."""
    one = line(4_000, KENMERK, payer_name="B. Kuipersbeek", accounts={BORIS: "mandate"})
    assert paid(decided(one, FIRST, SECOND)) == [(FIRST.id, 4_000)]


def test_reference_of_one_and_amount_and_account_of_another_go_to_a_person() -> None:
    theirs = bill(124, 5_555, BORIS)
    one = line(5_555, KENMERK, payer_name="B. Kuipersbeek", accounts={BORIS: "mandate"})
    decision = decided(one, FIRST, theirs)
    assert isinstance(decision, Ambiguous)
    assert decision.reason == "contradiction"
    assert decision.candidates[0].item_ids == (theirs.id,)


def test_a_reference_that_nothing_speaks_for_is_the_slip_of_who_owes_just_this() -> None:
    """Anna's kenmerk with one digit wrong is Boris's, whose check digit happens to be the same."""
    wrong = next(
        other
        for count in range(1, 3_000)
        if (other := bill(count, 7_777, BORIS)).payment_reference
        and sum(a != b for a, b in zip(other.payment_reference, KENMERK, strict=True)) == 1
    )
    one = line(
        4_000,
        wrong.payment_reference or "",
        payer_name="A.B. van der Oosterbrink",
        accounts={ANNA: "mandate"},
    )
    assert paid(decided(one, FIRST, wrong)) == [(FIRST.id, 4_000)]
    owes_as_much = bill(int((wrong.number_key or "")[4:]), 4_000, BORIS)
    decision = decided(one, FIRST, owes_as_much)
    assert isinstance(decision, Ambiguous), "she may have paid his bill for him"
    assert decision.reason == "contradiction"


def test_a_standing_order_with_last_quarters_reference_pays_this_quarters_bill() -> None:
    old = bill(7, 0, due=1)
    one = line(4_000, old.payment_reference or "")
    decision = decided(one, old, FIRST)
    assert paid(decision) == [(FIRST.id, 4_000)]
    assert isinstance(decision, Exact)
    assert decision.rule == "closed_reference"


CLARA = Debtor(id=UUID(int=3), number_key="10000031", name="C. Oosterbrink")


def named_only(payer_name: str, *items: Item, looked_up: set[str] | None = None) -> Decision:
    """From an account nobody knows, with Clara beside Anna: two customers of one surname."""
    facts = Facts.of(items, [*DEBTORS, CLARA])
    facts.names_sought = looked_up
    one = line(4_000, payer_name=payer_name, accounts={})
    return decide_all([one], facts)[one.id]


def test_a_surname_that_others_bear_and_one_initial_are_shown_and_not_posted() -> None:
    """A stranger may bear the name and owe somebody else the same."""
    decision = named_only("A. Oosterbrink", FIRST, SECOND)
    assert isinstance(decision, Ambiguous)
    assert decision.reason == "not_certain"
    best = decision.candidates[0]
    assert (best.customer_id, best.item_ids) == (ANNA, (FIRST.id,))
    assert best.facts == ("name_same", "amount_one")
    assert 0.5 < best.probability < 0.999


def test_two_initials_a_surname_and_the_amount_are_enough() -> None:
    assert paid(named_only("AB van der Oosterbrink", FIRST, SECOND)) == [(FIRST.id, 4_000)]


def test_two_initials_leave_a_doubt_while_another_of_the_surname_owes_as_much() -> None:
    """Her relative may have paid from an account that bears her name."""
    clara_owes = bill(125, 4_000, CLARA.id)
    decision = named_only("AB van der Oosterbrink", FIRST, clara_owes)
    assert isinstance(decision, Ambiguous)
    assert [one.customer_id for one in decision.candidates] == [ANNA, CLARA.id]


def test_initials_that_contradict_never_post() -> None:
    assert isinstance(named_only("A.C. van der Oosterbrink", FIRST, SECOND), Ambiguous)


def test_a_surname_of_one_customer_alone_needs_one_initial_and_the_amount() -> None:
    decision = named_only("B Kuipersbeek", FIRST, SECOND)
    assert paid(decision) == [(SECOND.id, 4_000)]
    assert isinstance(decision, Exact)
    assert "name_sole" in decision.candidates[0].facts


def test_nobody_is_the_only_one_of_a_name_that_was_not_looked_up() -> None:
    """Facts hold only what was asked for: that no other is among them proves nothing."""
    assert isinstance(named_only("B Kuipersbeek", FIRST, SECOND, looked_up=set()), Ambiguous)


def test_a_household_account_pays_whoever_owes_the_amount_whatever_its_name() -> None:
    """The account is Anna's, known for Boris too, and the amount is that of his bill."""
    both = {ANNA: "mandate", BORIS: "mandate"}
    his = bill(126, 5_555, BORIS)
    one = line(5_555, payer_name="A.B. van der Oosterbrink", accounts=both)
    assert paid(decided(one, FIRST, his)) == [(his.id, 5_555)]


def test_an_amount_that_two_sets_of_bills_make_is_shown_both_ways() -> None:
    bills = [bill(1, 3_000), bill(2, 2_000), bill(3, 4_000), bill(4, 1_000)]
    decision = decided(line(5_000, accounts={ANNA: "mandate"}), *bills)
    assert isinstance(decision, Ambiguous)
    shown = {one.item_ids for one in decision.candidates}
    assert shown == {(bills[0].id, bills[1].id), (bills[2].id, bills[3].id)}
    assert all(0.3 < one.probability < 0.7 for one in decision.candidates)


def test_a_taught_account_pays_though_its_holder_has_another_name() -> None:
    one = line(4_000, payer_name="Stichting Bewind", accounts={ANNA: "remembered"})
    decision = decided(one, FIRST, SECOND)
    assert paid(decision) == [(FIRST.id, 4_000)]


def test_an_administrator_names_the_client_and_that_one_is_paid() -> None:
    both = {ANNA: "remembered", BORIS: "remembered"}
    one = line(4_000, "inzake B. Kuipersbeek", payer_name="Stichting Bewind", accounts=both)
    assert paid(decided(one, FIRST, SECOND)) == [(SECOND.id, 4_000)]


def test_an_administrator_who_says_nothing_leaves_equal_bills_to_a_person() -> None:
    both = {ANNA: "remembered", BORIS: "remembered"}
    decision = decided(line(4_000, accounts=both), FIRST, SECOND)
    assert isinstance(decision, Ambiguous)
    assert decision.reason == "several_customers"
    assert len(decision.candidates) == 2


def test_a_customer_number_and_the_amount_are_enough() -> None:
    decision = decided(line(4_000, "klantnr 10000024"), FIRST, SECOND)
    assert paid(decision) == [(SECOND.id, 4_000)]


def test_the_amount_of_an_instalment_pays_the_bills_of_the_arrangement() -> None:
    older, newer = bill(1, 3_000), bill(2, 6_000, due=9)
    plan = Plan(customer_id=ANNA, item_ids=(older.id, newer.id), instalments_minor=(4_500, 4_500))
    one = line(4_500, "termijn 1 regeling", accounts={ANNA: "mandate"})
    decision = decided(one, older, newer, plans=[plan])
    assert paid(decision) == [(older.id, 3_000), (newer.id, 1_500)]
    assert isinstance(decision, Partial)
    assert (decision.rule, decision.order_rule) == ("instalment", "bw_6_43@1992-01-01")


def test_some_of_many_bills_are_paid_when_the_sum_can_be_made_in_one_way() -> None:
    bills = [bill(1, 1_000), bill(2, 2_300), bill(3, 4_700)]
    decision = decided(line(3_300, accounts={ANNA: "mandate"}), *bills)
    assert isinstance(decision, Several)
    assert paid(decision) == [(bills[0].id, 1_000), (bills[1].id, 2_300)]


def test_a_bill_without_its_costs_is_paid_in_part() -> None:
    charged = bill(1, 8_000, costs_minor=4_000)
    decision = decided(line(4_000, accounts={ANNA: "mandate"}), charged)
    assert isinstance(decision, Partial)
    assert paid(decision) == [(charged.id, 4_000)]


def test_what_is_missing_within_the_tolerance_is_written_off_beside_it() -> None:
    one = line(3_995, KENMERK)
    assert isinstance(decided(one, FIRST), Partial)
    decision = decided(one, FIRST, settings=Settings(tolerance_minor=5))
    assert isinstance(decision, Exact)
    (share,) = decision.shares
    assert (share.amount.minor, share.written_off) == (3_995, Money(5, "EUR"))


def test_an_amount_that_fits_nothing_fills_claims_only_where_the_creditor_wants_it() -> None:
    one = line(5_000, payer_name="A.B. Oosterbrink", accounts={ANNA: "mandate"})
    older, newer = bill(1, 3_100), bill(2, 6_000, due=9)
    waits = decided(one, older, newer)
    assert isinstance(waits, Ambiguous)
    assert (waits.reason, waits.customer_id) == ("amount_differs", ANNA)
    fills = decided(one, older, newer, settings=Settings(fill_by_law=True))
    assert paid(fills) == [(older.id, 3_100), (newer.id, 1_900)]
    assert isinstance(fills, Partial)
    assert (fills.rule, fills.order_rule) == ("legal_order", "bw_6_43@1992-01-01")


def test_money_in_advance_is_proposed_as_credit_of_whose_account_it_came_from() -> None:
    decision = decided(line(4_000, accounts={ANNA: "mandate"}), bill(1, 0))
    assert isinstance(decision, Ambiguous)
    assert (decision.reason, decision.customer_id) == ("nothing_open", ANNA)
    (credit,) = decision.candidates
    assert (credit.customer_id, credit.item_ids) == (ANNA, ())
    assert credit.against == ("nothing_open",)


def test_too_much_for_a_reference_leaves_the_rest_with_the_customer() -> None:
    decision = decided(line(4_010, KENMERK), FIRST)
    assert isinstance(decision, Over)
    assert (decision.rest.minor, decision.customer_id) == (10, ANNA)


def test_more_evidence_is_never_less_probable() -> None:
    margins = [step / 4 for step in range(-80, 120)]
    probabilities = [WEIGHTS_2026.probability(margin) for margin in margins]
    assert probabilities == sorted(probabilities)
    assert all(0 < probability < 1 for probability in probabilities)
