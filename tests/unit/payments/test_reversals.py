from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.bank_lines import (
    Collection,
    DebitFacts,
    Incoming,
    LineFacts,
    Other,
    Return,
    Returns,
    Reversed,
    TransferFacts,
    sort_lines,
)
from services.payments.domain.reversals import (
    FACTS,
    Original,
    TakenBack,
    original_of,
    share_words,
)
from shared.ids import uuid7
from shared.money import Money

DAY = date(2026, 4, 3)


def taken(**told: object) -> TakenBack:
    known = {"id": uuid7(), "account_id": uuid7(), "minor": 5_000, "currency": "EUR"}
    return TakenBack(**{**known, "booked_on": DAY, **told})  # type: ignore[arg-type]


def original(*facts: str, days_before: int = 2) -> Original:
    return Original(
        payment_id=uuid7(), booked_on=DAY - timedelta(days=days_before), facts=tuple(facts)
    )


def test_the_banks_own_reference_decides_among_payments_of_the_same_payer() -> None:
    meant = original("same_bank_reference")
    found = original_of(taken(), [original("same_account"), meant, original("same_account")])
    assert (found.payment_id, found.reason) == (meant.payment_id, None)
    assert found.candidates[0] == meant


@pytest.mark.parametrize(
    ("originals", "reason"),
    [
        ([], "reversal_unknown"),
        ([original()], "reversal_unclear"),
        ([original("same_account"), original("same_words")], "reversal_unclear"),
        ([original("same_bank_reference"), original("same_bank_reference")], "reversal_unclear"),
    ],
)
def test_what_is_not_one_for_certain_is_left_to_a_person(
    originals: list[Original], reason: str
) -> None:
    """The amount alone names nothing: many customers pay the same."""
    found = original_of(taken(), originals)
    assert (found.payment_id, found.reason, len(found.candidates)) == (None, reason, len(originals))


def test_a_debit_with_another_amount_is_never_taken_by_itself() -> None:
    found = original_of(taken(debit_id=uuid7()), [original()])
    assert (found.payment_id, found.reason) == (None, "reversal_in_part")


@given(st.lists(st.sets(st.sampled_from(FACTS)), max_size=4))
def test_the_order_payments_are_found_in_changes_nothing(told: list[set[str]]) -> None:
    originals = [original(*sorted(facts)) for facts in told]
    one = taken()
    answers = {original_of(one, order).payment_id for order in permutations(originals)}
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        (("E2E-20260401",), ("huur april", "E2E-20260401"), True),
        (("RF18 5390 0754 7034",), ("RF18539007547034",), True),
        (("huur april",), ("huur april",), False),
        (("2026",), ("2026",), False),
        ((), (), False),
    ],
)
def test_only_a_reference_tells_two_bookings_to_be_of_one_payment(
    ours: tuple[str, ...], theirs: tuple[str, ...], *, same: bool
) -> None:
    assert share_words(ours, theirs) is same


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def debit(batch_id: UUID, cents: int, status: str = "collected") -> DebitFacts:
    return DebitFacts(
        id=uuid7(), batch_id=batch_id, status=status, amount=euros(cents), has_payment=True
    )


def back(cents: int, *batch_ids: UUID, debit_id: UUID | None = None) -> LineFacts:
    return LineFacts(euros(-cents), debit_id=debit_id, batch_ids=batch_ids, is_reversal=True)


def test_a_sum_takes_back_all_of_a_batch_that_has_not_come_back() -> None:
    batch = uuid7()
    debits = [debit(batch, 3_000), debit(batch, 4_000), debit(batch, 500, "returned")]
    (kind,) = sort_lines([back(7_000, batch)], debits, euros(0))
    assert kind == Returns((debits[0].id, debits[1].id))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_batch_comes_in_and_goes_back_in_one_file_in_any_order(order: tuple[int, int]) -> None:
    batch = uuid7()
    one = DebitFacts(
        id=uuid7(), batch_id=batch, status="submitted", amount=euros(3_000), has_payment=False
    )
    lines = [LineFacts(euros(3_000), batch_ids=(batch,)), back(3_000, batch)]
    kinds = sort_lines([lines[at] for at in order], [one], euros(0))
    assert [kinds[order.index(at)] for at in (0, 1)] == [
        Collection((one.id,), "batch"),
        Returns((one.id,)),
    ]


def test_less_than_a_debit_or_another_sum_than_a_batch_is_no_return() -> None:
    batch = uuid7()
    one = debit(batch, 3_000)
    kinds = sort_lines([back(2_999, debit_id=one.id), back(3_001, batch)], [one], euros(0))
    assert kinds == [Reversed(one.id), Reversed()]


def test_a_debit_that_came_back_before_is_not_taken_back_by_what_names_it_again() -> None:
    one = debit(uuid7(), 3_000)
    kinds = sort_lines([back(3_000, debit_id=one.id), back(30, debit_id=one.id)], [one], euros(0))
    assert kinds == [Return(one.id, euros(0)), Reversed()]


def test_what_the_bank_gives_back_is_a_transfer_of_ours_or_nobodys() -> None:
    sent = TransferFacts(id=uuid7(), file_id=uuid7(), awaits_line=False, amount=euros(100))
    lines = [
        LineFacts(euros(100), debit_id=sent.id, is_reversal=True),
        LineFacts(euros(100), is_reversal=True),
        LineFacts(euros(-100)),
    ]
    assert sort_lines(lines, [], euros(0), [sent]) == [
        Incoming("transfer_returned"),
        Incoming("charge_reversed"),
        Other(),
    ]
