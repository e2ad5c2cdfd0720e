from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.payments.domain.debit import (
    Due,
    MandateUse,
    Run,
    from_our_reference,
    our_reference,
    plan_run,
    sequence_of,
    why_not_again,
)
from services.payments.domain.return_rules import rules_on
from services.payments.domain.target_days import (
    bank_days_after,
    collection_day,
    is_bank_day,
    months_before,
    next_bank_day,
    submit_by,
    terms_of,
)
from shared.errors import InvalidInput
from shared.ids import uuid7
from shared.money import Money

RUN = Run(
    currency="EUR",
    scheme="core",
    collect_on=date(2026, 5, 26),
    notice_by=date(2026, 5, 12),
)


def due(**changes: Any) -> Due:
    values: dict[str, Any] = {
        "invoice_id": uuid7(),
        "customer_id": uuid7(),
        "available": Money(6_400, "EUR"),
        "mandate_id": uuid7(),
        "scheme": "core",
        "is_held": False,
        "returned": (),
        "announced_on": date(2026, 5, 12),
    }
    return Due(**{**values, **changes})


def test_our_reference_comes_back_from_a_bank_file() -> None:
    debit_id = uuid7()
    reference = our_reference(debit_id)
    assert len(reference) == 35
    assert from_our_reference(reference.lower()) == debit_id
    assert from_our_reference(f"{reference[:20]}\n{reference[20:]}") == debit_id


@pytest.mark.parametrize("text", [None, "", "NOTPROVIDED", "INN123", "X" * 35])
def test_references_of_others_are_not_taken_for_ours(text: str | None) -> None:
    assert from_our_reference(text) is None


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (due(available=Money(0, "EUR")), "nothing_left"),
        (due(available=Money(1, "PLN")), "other_currency"),
        (due(is_held=True), "held"),
        (due(mandate_id=None), "no_active_mandate"),
        (due(returned=("MD06",)), "returned_before"),
        (due(returned=("AM04", "AM04")), "returned_before"),
        (due(returned=("SL01", "SL01", "SL01")), "returned_too_often"),
        (due(scheme="b2b"), "other_scheme"),
        (due(is_mandate_busy=True), "mandate_in_use"),
        (due(announced_on=date(2026, 5, 13)), "announced_too_late"),
    ],
)
def test_a_run_says_what_it_leaves_out_and_why(item: Due, reason: str) -> None:
    plan = plan_run([item, due()], RUN)
    assert (len(plan.debits), plan.left_out) == (1, {reason: 1})


def test_a_run_that_announces_itself_needs_no_earlier_invoice() -> None:
    run = Run(currency="EUR", scheme="core", collect_on=date(2026, 5, 26), notice_by=None)
    assert len(plan_run([due(announced_on=date(2026, 5, 25))], run).debits) == 1


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ((), None),
        (("AM04",), None),
        (("MS03",), None),
        (("AM04", "MS03"), "returned_before"),
        (("MD06",), "returned_before"),
        (("MS02",), "returned_before"),
        (("RC01", "RC01"), None),
        (("AM04", "FF01"), None),
        (("AC04",), "returned_before"),
        (("SL01",), None),
        # Files that were wrong, or withdrawn by ourselves, say nothing of the debtor.
        (("FF01", "TECH", "TECH"), None),
        (("SL01", "TECH", "TECH", "SL01"), None),
        (("SL01", "TECH", "SL01", "AM04"), "returned_too_often"),
        (("XX99",), "returned_before"),
    ],
)
def test_a_returned_debit_is_retried_by_its_reason(
    returned: tuple[str, ...], reason: str | None
) -> None:
    assert why_not_again(returned, date(2026, 5, 26)) == reason


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 5, 22), "waits_for_salary_day"),
        (date(2026, 5, 26), None),
        (date(2026, 5, 28), "waits_for_salary_day"),
    ],
)
def test_after_a_lack_of_funds_it_is_tried_when_salaries_come(
    day: date, reason: str | None
) -> None:
    """So too when the file of that second try was refused or withdrawn: it was never tried."""
    assert why_not_again(("AM04",), day) == reason
    assert why_not_again(("AM04", "TECH"), day) == reason
    assert why_not_again(("FF01",), day) is None


def test_every_return_code_of_the_rulebook_has_its_action() -> None:
    rules = rules_on(date(2026, 5, 1))
    suspending = {code for code, rule in rules.by_code.items() if rule.suspends_mandate}
    assert suspending == {"AC01", "AC04", "AC06", "AC13", "AG01", "MD01", "MD07", "SL01"}
    assert rules.of("MD07").action == "estate"
    assert rules.of("AC13").action == "move_to_core"
    assert rules.of("ZZ00").action == "contact"


def test_a_run_collects_once_under_a_one_off_mandate() -> None:
    mandate_id = uuid7()
    two = [due(mandate_id=mandate_id, is_one_off=True) for _ in range(2)]
    plan = plan_run([*two, due()], RUN)
    assert (len(plan.debits), plan.left_out) == (2, {"mandate_in_use": 1})
    assert plan.debits[0] is two[0]


@pytest.mark.parametrize(
    ("use", "place", "count", "sequence"),
    [
        ((False, False, False), 0, 1, "FRST"),
        ((False, False, False), 1, 2, "RCUR"),
        ((False, False, True), 0, 1, "RCUR"),
        ((True, False, False), 0, 2, "OOFF"),
        ((True, False, False), 1, 2, None),
        ((True, False, True), 0, 1, None),
        ((False, True, True), 0, 2, "RCUR"),
        ((False, True, True), 1, 2, "FNAL"),
    ],
)
def test_the_sequence_type_follows_the_mandate(
    use: tuple[bool, bool, bool], place: int, count: int, sequence: str | None
) -> None:
    one_off, final, used = use
    facts = MandateUse(is_one_off=one_off, is_final=final, was_used=used)
    assert sequence_of(facts, place, count, marks_first=True) == sequence


def test_first_is_only_marked_for_banks_that_still_ask_for_it() -> None:
    fresh = MandateUse(is_one_off=False, is_final=False, was_used=False)
    assert sequence_of(fresh, 0, 1, marks_first=False) == "RCUR"


@pytest.mark.parametrize(
    ("collect_on", "notify", "submit", "return_until", "eight_weeks", "thirteen_months"),
    [
        ("2026-12-15", "2026-12-01", "2026-12-14", "2026-12-22", "2027-02-09", "2028-01-15"),
        ("2027-01-04", "2026-12-21", "2026-12-31", "2027-01-11", "2027-03-01", "2028-02-04"),
        ("2027-03-25", "2027-03-11", "2027-03-24", "2027-04-05", "2027-05-20", "2028-04-25"),
    ],
)
def test_the_days_around_a_core_collection(
    collect_on: str,
    notify: str,
    submit: str,
    return_until: str,
    eight_weeks: str,
    thirteen_months: str,
) -> None:
    terms = terms_of(date.fromisoformat(collect_on), "core")
    told = (
        terms.notify_by,
        terms.submit_by,
        terms.return_until,
        terms.refundable_until,
        terms.unauthorised_until,
    )
    assert [str(day) for day in told] == [
        notify,
        submit,
        return_until,
        eight_weeks,
        thirteen_months,
    ]


def test_a_company_has_three_days_and_no_refund() -> None:
    terms = terms_of(date(2026, 12, 15), "b2b")
    assert terms.return_until == bank_days_after(date(2026, 12, 15), 3) == date(2026, 12, 18)
    assert (terms.refundable_until, terms.unauthorised_until) == (None, None)


@pytest.mark.parametrize(
    ("asked", "collected", "submitted"),
    [
        (date(2026, 12, 15), date(2026, 12, 15), date(2026, 12, 14)),
        (date(2027, 1, 1), date(2027, 1, 4), date(2026, 12, 31)),
        (date(2027, 3, 25), date(2027, 3, 25), date(2027, 3, 24)),
        (date(2026, 4, 3), date(2026, 4, 7), date(2026, 4, 2)),
    ],
)
def test_a_collection_falls_on_a_bank_day_and_is_sent_the_bank_day_before(
    asked: date, collected: date, submitted: date
) -> None:
    assert next_bank_day(asked) == collected
    assert submit_by(collected) == submitted
    assert collection_day(asked, submitted) == collected


def test_a_collection_that_comes_too_late_is_refused() -> None:
    with pytest.raises(InvalidInput, match="bank day before"):
        collection_day(date(2026, 12, 15), date(2026, 12, 15))


@pytest.mark.parametrize(
    "closed", [date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2025, 4, 18)]
)
def test_banks_are_closed_around_easter_and_on_the_first_of_may(closed: date) -> None:
    assert not is_bank_day(closed)


def test_months_before_stays_inside_the_month() -> None:
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 3, 31), 36) == date(2023, 3, 31)
    assert months_before(date(2024, 12, 31), 10) == date(2024, 2, 29)


@pytest.mark.parametrize(
    "code", ["FF01", "FF05", "RC01", "AM05", "DT01", "MD02", "BE05", "TECH", "DUPL", "CUST"]
)
def test_a_fault_of_ours_does_not_concern_the_debtor(code: str) -> None:
    assert not rules_on(date(2026, 4, 1)).of(code).concerns_debtor


@pytest.mark.parametrize("code", ["AM04", "MS03", "AC01", "AC04", "MD01", "MD06", "MS02", "XX99"])
def test_what_the_debtor_can_act_on_or_nobody_knows_the_reason_of_is_told(code: str) -> None:
    assert rules_on(date(2026, 4, 1)).of(code).concerns_debtor
