from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.payments.domain.clues import Clues
from services.payments.domain.matching import (
    Ambiguous,
    Decision,
    Exact,
    Facts,
    Item,
    Line,
    NoMatch,
    Over,
    Partial,
    Several,
    decide_all,
)
from shared.ids import uuid7
from shared.money import Money

ANNA, BORIS = uuid7(), uuid7()


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def item(cents: int, customer: UUID = ANNA, *, due: int = 1, **changes: Any) -> Item:
    item_id = changes.pop("id", None) or uuid7()
    return Item(
        id=item_id,
        customer_id=customer,
        status=changes.pop("status", "open" if cents else "settled"),
        available=eur(cents),
        due_on=date(2026, 4, due),
        **changes,
    )


def line(cents: int, *references: str, **changes: Any) -> Line:
    numbers = frozenset(changes.pop("numbers", ()))
    return Line(
        id=uuid7(),
        amount=changes.pop("amount", eur(cents)),
        value_on=date(2026, 4, 20),
        clues=Clues(frozenset(references), numbers),
        accounts=dict.fromkeys(changes.pop("customers", ()), "mandate") or None,
        **changes,
    )


def decided(one: Line, *items: Item) -> Decision:
    return decide_all([one], Facts.of(items))[one.id]


def shares(decision: Decision) -> list[tuple[UUID, int]]:
    assert isinstance(decision, Exact | Partial | Several | Over)
    return [(share.item_id, share.amount.minor) for share in decision.shares]


def test_a_reference_and_the_whole_amount_is_exact() -> None:
    bill = item(5_000, rf_reference="RF1")
    decision = decided(line(5_000, "RF1"), bill)
    assert isinstance(decision, Exact)
    assert (decision.rule, decision.customer_id) == ("reference", ANNA)
    assert shares(decision) == [(bill.id, 5_000)]


def test_a_part_payment_takes_what_it_can() -> None:
    bill = item(5_000, payment_reference="K1")
    decision = decided(line(2_000, "K1"), bill)
    assert isinstance(decision, Partial)
    assert shares(decision) == [(bill.id, 2_000)]


def test_too_much_leaves_a_rest_with_the_customer_known() -> None:
    bill = item(5_000, rf_reference="RF1")
    decision = decided(line(6_000, "RF1"), bill)
    assert isinstance(decision, Over)
    assert (decision.reason, decision.rest, decision.customer_id) == ("overpaid", eur(1_000), ANNA)


def test_an_invoice_number_in_the_text_names_the_invoice() -> None:
    bill = item(5_000, number_key="20260000001")
    decision = decided(line(5_000, numbers=["20260000001"]), bill)
    assert isinstance(decision, Exact)
    assert decision.rule == "invoice_number"


def test_a_bare_invoice_number_with_an_amount_that_fits_nothing_goes_to_a_person() -> None:
    """Nothing is known of the sender, and one slip makes a number another bill's."""
    bill = item(5_000, number_key="20260000001")
    decision = decided(line(4_300, numbers=["20260000001"]), bill)
    assert isinstance(decision, Ambiguous)
    assert (decision.reason, decision.candidates[0].item_ids) == ("amount_differs", (bill.id,))


def test_the_second_payment_of_a_bill_is_a_duplicate_for_the_queue() -> None:
    bill = item(5_000, rf_reference="RF1")
    first, second = line(5_000, "RF1"), line(5_000, "RF1")
    decisions = decide_all([first, second], Facts.of([bill]))
    assert isinstance(decisions[first.id], Exact)
    duplicate = decisions[second.id]
    assert isinstance(duplicate, Over)
    assert (duplicate.reason, duplicate.shares) == ("already_paid", ())
    (credit,) = duplicate.candidates
    assert (credit.customer_id, credit.item_ids) == (ANNA, ())
    assert credit.probability > 0.99


def test_the_payment_that_fits_is_taken_before_one_that_does_not() -> None:
    bill = item(5_000, rf_reference="RF1")
    wrong, right = line(4_000, "RF1"), line(5_000, "RF1")
    decisions = decide_all([wrong, right], Facts.of([bill]))
    assert isinstance(decisions[right.id], Exact)
    assert isinstance(decisions[wrong.id], Over)


def test_a_payment_of_a_cancelled_invoice_is_not_ticked_off() -> None:
    credited = item(0, rf_reference="RF1", status="credited")
    decision = decided(line(5_000, "RF1"), credited)
    assert isinstance(decision, Over)
    assert (decision.reason, decision.customer_id) == ("invoice_credited", ANNA)
    assert "invoice_credited" in decision.candidates[0].against


def test_one_payment_over_several_invoices_settles_all() -> None:
    first, second = item(3_000, number_key="N0001"), item(2_000, number_key="N0002", due=5)
    decision = decided(line(5_000, numbers=["N0001", "N0002"]), first, second)
    assert isinstance(decision, Several)
    assert shares(decision) == [(first.id, 3_000), (second.id, 2_000)]


def test_too_little_for_several_invoices_pays_the_oldest_first() -> None:
    newer, older = item(2_000, number_key="N0002", due=9), item(3_000, number_key="N0001")
    decision = decided(line(4_000, numbers=["N0001", "N0002"]), newer, older)
    assert isinstance(decision, Partial)
    assert shares(decision) == [(older.id, 3_000), (newer.id, 1_000)]


def test_several_invoices_named_and_one_paid_exactly_means_that_one() -> None:
    older, newer = item(3_000, number_key="N0001"), item(2_000, number_key="N0002", due=9)
    decision = decided(line(2_000, numbers=["N0001", "N0002"]), older, newer)
    assert isinstance(decision, Exact)
    assert shares(decision) == [(newer.id, 2_000)]


def test_the_named_invoice_is_paid_though_an_older_one_is_open() -> None:
    older, named = item(9_000), item(12_000, payment_reference="K2", due=20)
    decision = decided(line(12_000, "K2", customers=[ANNA]), older, named)
    assert shares(decision) == [(named.id, 12_000)]


def test_an_administrator_who_lists_what_the_sum_is_pays_for_all_of_them() -> None:
    first = item(3_000, number_key="N0001")
    second = item(2_000, BORIS, number_key="N0002")
    decision = decided(line(5_000, numbers=["N0001", "N0002"]), first, second)
    assert isinstance(decision, Several)
    assert (decision.rule, decision.customer_id) == ("list", None)
    assert sorted(shares(decision)) == sorted([(first.id, 3_000), (second.id, 2_000)])


def test_invoices_of_two_customers_and_another_sum_go_to_a_person() -> None:
    first = item(3_000, number_key="N0001")
    second = item(2_000, BORIS, number_key="N0002")
    decision = decided(line(4_000, numbers=["N0001", "N0002"]), first, second)
    assert isinstance(decision, Ambiguous)
    assert {candidate.customer_id for candidate in decision.candidates} == {ANNA, BORIS}


def test_a_stray_number_does_not_spoil_a_reference() -> None:
    bill, strange = item(5_000, rf_reference="RF1"), item(100, BORIS, number_key="20260")
    decision = decided(line(5_000, "RF1", numbers=["20260"]), bill, strange)
    assert isinstance(decision, Exact)
    assert shares(decision) == [(bill.id, 5_000)]


def test_a_known_account_and_the_amount_of_one_invoice_is_enough() -> None:
    bill, other = item(5_000), item(7_000)
    decision = decided(line(5_000, customers=[ANNA]), bill, other)
    assert isinstance(decision, Exact)
    assert decision.rule == "account_amount"


def test_a_known_account_and_the_amount_of_all_invoices_is_enough() -> None:
    bill, other = item(5_000), item(7_000)
    decision = decided(line(12_000, customers=[ANNA]), bill, other)
    assert isinstance(decision, Several)
    assert decision.rule == "account_total"


def test_of_two_equal_invoices_a_known_account_pays_the_oldest_as_the_law_says() -> None:
    """BW 6:43 lid 2: which of equal claims is paid needs no person."""
    newer, older = item(5_000, due=9), item(5_000)
    decision = decided(line(5_000, customers=[ANNA]), newer, older)
    assert isinstance(decision, Exact)
    assert shares(decision) == [(older.id, 5_000)]
    assert decision.order_rule == "bw_6_43@1992-01-01"


def test_an_amount_that_can_be_made_in_two_ways_goes_to_a_person() -> None:
    bills = [item(3_000), item(2_000), item(4_000), item(1_000)]
    decision = decided(line(5_000, customers=[ANNA]), *bills)
    assert isinstance(decision, Ambiguous)
    assert (decision.reason, decision.customer_id) == ("same_amount", ANNA)
    assert decision.candidates[0].against == ("amount_several_ways",)


def test_a_known_account_and_another_amount_goes_to_a_person() -> None:
    decision = decided(line(4_000, customers=[ANNA]), item(5_000))
    assert isinstance(decision, Ambiguous)
    assert decision.reason == "amount_differs"


def test_an_account_of_two_customers_decides_when_one_amount_fits() -> None:
    bill, other = item(5_000), item(7_000, BORIS)
    decision = decided(line(7_000, customers=[ANNA, BORIS]), bill, other)
    assert isinstance(decision, Exact)
    assert decision.customer_id == BORIS


def test_a_known_account_without_open_invoices_names_the_customer() -> None:
    decision = decided(line(4_000, customers=[ANNA]), item(0))
    assert isinstance(decision, Ambiguous)
    assert (decision.reason, decision.customer_id) == ("nothing_open", ANNA)


def test_an_account_is_looked_at_only_after_every_reference() -> None:
    bill = item(5_000, rf_reference="RF1")
    by_account, by_name = line(5_000, customers=[ANNA]), line(5_000, "RF1")
    decisions = decide_all([by_account, by_name], Facts.of([bill]))
    assert isinstance(decisions[by_name.id], Exact)
    assert isinstance(decisions[by_account.id], Ambiguous)


def test_money_in_another_currency_is_not_guessed_at() -> None:
    decision = decided(line(0, "RF1", amount=Money(500, "PLN")), item(5_000, rf_reference="RF1"))
    assert decision == NoMatch(reason="other_currency", customer_id=ANNA)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (line(100), "no_match"),
        (line(100, "RF9"), "unknown_reference"),
        (line(100, numbers=["20269999"]), "unknown_reference"),
    ],
)
def test_nothing_known_says_what_was_missing(one: Line, reason: str) -> None:
    assert decided(one, item(5_000, rf_reference="RF1")) == NoMatch(reason=reason)


def test_what_we_asked_for_ourselves_comes_before_all_else() -> None:
    bill = item(5_000, rf_reference="RF1")
    by_name = line(5_000, "RF1")
    by_debit = line(5_000, invoice_id=bill.id, named_by="end_to_end")
    decisions = decide_all([by_name, by_debit], Facts.of([bill]))
    exact = decisions[by_debit.id]
    assert isinstance(exact, Exact)
    assert exact.rule == "end_to_end"
    assert isinstance(decisions[by_name.id], Over)
