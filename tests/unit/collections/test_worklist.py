"""The worklist: who needs contact now."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.collections.domain.decisions import Reason
from services.collections.domain.worklist import NEXT_ACTIONS, WorkItem, in_order
from shared.money import Money
from tests.unit.collections.builders import eur, id_of

TODAY = date(2026, 11, 20)


def item(name: str, kind: str = "call", amount: str = "100.00", **changes: object) -> WorkItem:
    values: dict[str, object] = {
        "item_id": id_of(name),
        "customer_id": id_of(f"customer of {name}"),
        "kind": kind,
        "reason": Reason("ladder_finished"),
        "created_on": date(2026, 11, 1),
        "open_amount": eur(amount),
    }
    return WorkItem(**values | changes)  # type: ignore[arg-type]


def test_a_term_that_runs_out_comes_before_everything() -> None:
    large = item("large", amount="9000.00", is_vulnerable=True)
    soon = item("soon", due_on=date(2026, 11, 22))
    late = item("late", due_on=date(2026, 11, 19))
    far = item("far", due_on=date(2026, 12, 24))
    assert in_order([large, far, soon, late], TODAY) == [late, soon, large, far]


def test_people_in_a_weak_place_come_before_larger_sums() -> None:
    weak = item("weak", amount="20.00", is_vulnerable=True)
    large = item("large", kind="debit_returned", amount="9000.00")
    assert in_order([large, weak], TODAY) == [weak, large]


def test_early_trouble_comes_before_late_paperwork_and_large_before_small() -> None:
    returned = item("returned", kind="debit_returned", amount="30.00")
    missed = item("missed", kind="arrangement_missed", amount="30.00")
    small, large = item("small", amount="30.00"), item("large", amount="300.00")
    handover = item("handover", kind="bailiff_handover", amount="5000.00")
    shuffled = [handover, small, missed, large, returned]
    assert in_order(shuffled, TODAY) == [returned, missed, large, small, handover]


def test_the_oldest_of_equals_comes_first() -> None:
    new = item("new", created_on=date(2026, 11, 10))
    old = item("old", created_on=date(2026, 10, 10))
    assert in_order([new, old], TODAY) == [old, new]


def test_what_was_put_off_is_not_shown_before_its_day() -> None:
    later = item("later", not_before=date(2026, 11, 21))
    now = item("now", not_before=TODAY)
    assert in_order([later, now], TODAY) == [now]
    assert len(in_order([later, now], date(2026, 11, 21))) == 2


def test_each_kind_says_what_to_do_next() -> None:
    assert item("call").next_action == "call_customer"
    assert item("returned", kind="debit_returned").next_action == "call_about_return"


KINDS = st.sampled_from(sorted(NEXT_ACTIONS))


@given(st.lists(st.tuples(KINDS, st.integers(1, 10**6), st.booleans()), max_size=8), st.randoms())
def test_the_order_does_not_depend_on_how_the_items_arrived(
    made: list[tuple[str, int, bool]], random: object
) -> None:
    items = [
        item(str(i), kind=kind, open_amount=Money(minor, "EUR"), is_vulnerable=weak)
        for i, (kind, minor, weak) in enumerate(made)
    ]
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_order(shuffled, TODAY) == in_order(items, TODAY)
