from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from services.payments.domain.bank_lines import (
    Collection,
    DebitFacts,
    Incoming,
    LateCollection,
    LineFacts,
    Other,
    Payout,
    Return,
    Sent,
    TransferFacts,
    sort_lines,
)
from shared.ids import uuid7
from shared.money import Money

BATCH = uuid7()


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def debit(cents: int = 6_400, status: str = "submitted", *, paid: bool = False) -> DebitFacts:
    return DebitFacts(
        id=uuid7(), batch_id=BATCH, status=status, amount=eur(cents), has_payment=paid
    )


def line(cents: int, debit_id: UUID | None = None, **changes: object) -> LineFacts:
    return LineFacts(amount=eur(cents), debit_id=debit_id, **changes)  # type: ignore[arg-type]


def test_a_batch_booked_in_one_sum_collects_all_its_debits() -> None:
    first, second = debit(6_400), debit(1_000)
    (kind,) = sort_lines([line(7_400, batch_ids=(BATCH,))], [first, second], eur(0))
    assert kind == Collection((first.id, second.id), "batch")


def test_a_sum_in_another_currency_collects_no_batch() -> None:
    """A hundred dollars are not a hundred euro, whichever file the bank names with them."""
    dollars = LineFacts(amount=Money(7_400, "USD"), batch_ids=(BATCH,))
    (kind,) = sort_lines([dollars], [debit(6_400), debit(1_000)], eur(0))
    assert kind == Incoming("batch_differs")


@pytest.mark.parametrize("by_file", [True, False])
def test_money_out_in_another_currency_executes_no_transfer(*, by_file: bool) -> None:
    """The file is still taken in: the line is for a person, not a fault."""
    one = TransferFacts(id=uuid7(), file_id=uuid7(), awaits_line=True, amount=eur(2_500))
    assert one.file_id is not None
    named = {"batch_ids": (one.file_id,)} if by_file else {"debit_id": one.id}
    dollars = LineFacts(amount=Money(-2_500, "USD"), **named)
    euros = LineFacts(amount=eur(-2_500), **named)
    assert sort_lines([dollars], [], eur(0), [one]) == [Other()]
    assert sort_lines([dollars, euros], [], eur(0), [one]) == [Other(), Sent((one.id,))]


def test_a_batch_booked_in_another_sum_is_left_to_a_person() -> None:
    (kind,) = sort_lines([line(7_399, batch_ids=(BATCH,))], [debit(), debit(1_000)], eur(0))
    assert kind == Incoming("batch_differs")


def test_a_debit_is_collected_once() -> None:
    one = debit()
    kinds = sort_lines([line(6_400, one.id), line(6_400, one.id)], [one], eur(0))
    assert kinds == [Collection((one.id,), "end_to_end"), Incoming("already_collected")]


def test_a_return_above_its_collection_in_the_file_is_still_a_return() -> None:
    one = debit()
    kinds = sort_lines([line(-6_400, one.id), line(6_400, one.id)], [one], eur(0))
    assert kinds == [Return(one.id, eur(0)), Collection((one.id,), "end_to_end")]


def test_the_fee_a_bank_takes_with_a_return_is_told_apart() -> None:
    one = debit(status="collected", paid=True)
    (kind,) = sort_lines([line(-6_750, one.id)], [one], eur(0))
    assert kind == Return(one.id, eur(-350))


def test_a_return_of_less_than_the_debit_is_not_taken_for_one() -> None:
    one = debit(status="collected", paid=True)
    assert sort_lines([line(-6_000, one.id)], [one], eur(0)) == [Other()]


def test_a_debit_returned_before_its_collection_was_seen() -> None:
    one = replace(debit(status="returned"), came_back=True)
    assert sort_lines([line(6_400, one.id)], [one], eur(0)) == [LateCollection(one.id)]


def test_a_debit_refused_or_withdrawn_and_collected_all_the_same_is_money_in() -> None:
    """No line took it back: one that does so later in the file is its return."""
    one = debit(status="returned")
    kinds = sort_lines([line(-6_400, one.id), line(6_400, one.id)], [one], eur(0))
    assert kinds == [Return(one.id, eur(0)), Collection((one.id,), "end_to_end")]


def test_a_withdrawn_batch_booked_in_one_sum_all_the_same_is_collected() -> None:
    """First what is in flight is thought of, then what was given up; last what came back before
    its collection was told, which is in the sum of the whole group and out again at once."""
    flying, given_up = debit(6_400), debit(1_000, status="returned")
    back = replace(debit(500, status="returned"), came_back=True)
    for cents, ids, late in (
        (6_400, (flying.id,), ()),
        (7_400, (flying.id, given_up.id), ()),
        (6_900, (flying.id,), (back.id,)),
        (7_900, (flying.id, given_up.id), (back.id,)),
    ):
        (kind,) = sort_lines([line(cents, batch_ids=(BATCH,))], [flying, given_up, back], eur(0))
        assert kind == Collection(ids, "batch", late)
    (kind,) = sort_lines([line(8_000, batch_ids=(BATCH,))], [flying, given_up, back], eur(0))
    assert kind == Incoming("batch_differs")


def test_a_group_told_in_one_sum_twice_is_collected_once() -> None:
    """What came back is in the first of them; in the second it would be so again."""
    flying, back = debit(6_400), replace(debit(500, status="returned"), came_back=True)
    sums = [line(6_900, batch_ids=(BATCH,)), line(500, batch_ids=(BATCH,))]
    kinds = sort_lines(sums, [flying, back], eur(0))
    assert kinds == [Collection((flying.id,), "batch", (back.id,)), Incoming("batch_differs")]


def test_a_debit_that_came_back_twice_is_returned_once() -> None:
    one = debit(status="collected", paid=True)
    kinds = sort_lines([line(-6_400, one.id), line(-6_400, one.id)], [one], eur(0))
    assert kinds == [Return(one.id, eur(0)), Other()]


def test_the_provider_pays_out_no_more_than_it_holds() -> None:
    lines = [line(3_000, payout=Payout("R1", "stripe")), line(3_000, payout=Payout("R2", "adyen"))]
    kinds = sort_lines(lines, [], eur(5_000))
    assert kinds == [Payout("R1", "stripe"), Incoming("payout_unexplained")]


def test_other_money_in_is_a_payment_and_out_is_other() -> None:
    assert sort_lines([line(100), line(-100)], [], eur(0)) == [Incoming(), Other()]
