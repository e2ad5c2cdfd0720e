from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.payments.domain.debit import (
    Due,
    from_our_reference,
    may_retry,
    our_reference,
    plan_run,
)
from services.payments.domain.target_days import (
    collection_day,
    is_bank_day,
    months_before,
    next_bank_day,
    submit_by,
)
from shared.errors import InvalidInput
from shared.ids import uuid7
from shared.money import Money


def due(**changes: Any) -> Due:
    values: dict[str, Any] = {
        "invoice_id": uuid7(),
        "customer_id": uuid7(),
        "available": Money(6_400, "EUR"),
        "mandate_id": uuid7(),
        "is_held": False,
        "returned": (),
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
    ],
)
def test_a_run_says_what_it_leaves_out_and_why(item: Due, reason: str) -> None:
    plan = plan_run([item, due()], "EUR")
    assert (len(plan.debits), plan.left_out) == (1, {reason: 1})


@pytest.mark.parametrize(
    ("returned", "allowed"),
    [
        ((), True),
        (("AM04",), True),
        (("MS03",), True),
        (("AM04", "MS03"), False),
        (("MD06",), False),
        (("MS02",), False),
        (("RC01", "RC01"), True),
        (("AM04", "FF01"), True),
        (("AC04",), False),
    ],
)
def test_a_returned_debit_is_retried_by_its_reason(
    returned: tuple[str, ...], allowed: bool
) -> None:
    assert may_retry(returned) is allowed


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
