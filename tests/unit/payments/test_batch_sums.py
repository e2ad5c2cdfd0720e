"""A bank books several of our collections in one sum: which of them, if that is certain."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.batch_sums import FlyingGroup, groups_booked, without_shared
from shared.ids import uuid7
from shared.money import Money

DAY, NEXT = date(2026, 4, 8), date(2026, 4, 9)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def group(minor: int, on: date = DAY, file_id: UUID | None = None, debits: int = 2) -> FlyingGroup:
    group_id = uuid7()
    return FlyingGroup(
        id=group_id, file_id=file_id or group_id, collect_on=on, total=eur(minor), debits=debits
    )


def booked(
    minor: int, groups: list[FlyingGroup], named: Collection[UUID] = (), day: date = DAY
) -> set[UUID]:
    return set(groups_booked(eur(minor), named, groups, {day}))


def test_several_groups_of_one_day_in_one_sum_are_found_without_a_name() -> None:
    first, second, other = group(6_400), group(1_000), group(2_500)
    assert booked(7_400, [first, second, other]) == {first.id, second.id}


def test_two_sets_that_make_the_sum_are_for_a_person() -> None:
    groups = [group(6_400), group(1_000), group(7_400)]
    assert booked(7_400, groups) == set()


def test_what_the_bank_names_decides_between_them() -> None:
    first, second, whole = group(6_400), group(1_000), group(7_400)
    groups = [first, second, whole]
    assert booked(7_400, groups, {whole.id}) == {whole.id}
    assert booked(7_400, groups, {first.id}) == {first.id, second.id}


def test_the_name_of_a_file_stands_for_all_its_groups() -> None:
    """The usual group has the file's own id; here the bank means the whole file."""
    recurring = group(6_400)
    first = group(1_000, file_id=recurring.id)
    assert booked(7_400, [recurring, first], {recurring.id}) == {recurring.id, first.id}
    assert booked(6_400, [recurring, first], {recurring.id}) == {recurring.id}


def test_a_file_with_no_usual_group_is_found_by_its_name() -> None:
    file_id = uuid7()
    first, last = group(1_000, file_id=file_id), group(500, file_id=file_id)
    assert booked(1_500, [first, last], {file_id}) == {first.id, last.id}


def test_collections_of_other_days_are_not_added_up() -> None:
    groups = [group(6_400), group(1_000, on=NEXT)]
    assert booked(7_400, groups) == set()
    assert booked(1_000, groups) == set()


def test_one_debit_alone_may_as_well_have_been_paid() -> None:
    only = group(6_400, debits=1)
    assert booked(6_400, [only]) == set()
    assert booked(6_400, [only], {only.id}) == {only.id}


def test_a_sum_in_another_currency_collects_nothing() -> None:
    assert groups_booked(Money(6_400, "USD"), (), [group(6_400)], {DAY}) == ()


def test_a_group_that_two_lines_would_collect_is_collected_by_neither() -> None:
    one, other, third = uuid7(), uuid7(), uuid7()
    assert without_shared([(one, other), (other,), (third,)]) == [(), (), (third,)]


@given(st.lists(st.integers(1, 50), max_size=8), st.integers(1, 200), st.data())
def test_whatever_is_found_makes_the_sum_and_nothing_else_does(
    totals: list[int], amount: int, data: st.DataObject
) -> None:
    groups = [group(total) for total in totals]
    named = data.draw(st.sets(st.sampled_from(groups), max_size=2)) if groups else set()
    found = booked(amount, groups, {one.id for one in named})
    by_id = {one.id: one for one in groups}
    if found:
        assert sum(by_id[one].total.minor for one in found) == amount
        assert {one.id for one in named} <= found
    ways = [
        way
        for mask in range(1, 1 << len(groups))
        if (way := {one.id for at, one in enumerate(groups) if mask >> at & 1})
        and {one.id for one in named} <= way
        and sum(by_id[one].total.minor for one in way) == amount
    ]
    exact = {one.id for one in named}
    if exact in ways:
        assert found == exact
    else:
        assert (found in ways) == (len(ways) == 1)
