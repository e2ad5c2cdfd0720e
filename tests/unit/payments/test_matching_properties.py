"""Whatever comes in: nothing is lost, nothing is given twice, and order does not matter."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.payments.domain.clues import Clues
from services.payments.domain.matching import (
    Ambiguous,
    Decision,
    Facts,
    Item,
    Line,
    NoMatch,
    Over,
    decide_all,
)
from shared.money import Money

CUSTOMERS = [UUID(int=number) for number in range(1, 4)]
REFERENCES = [f"RF{number}" for number in range(6)]
NUMBERS = [f"N000{number}" for number in range(6)]
AMOUNTS = st.sampled_from([100, 250, 250, 400, 500, 750, 1_000])


@st.composite
def _items(draw: st.DrawFn) -> list[Item]:
    count = draw(st.integers(0, 6))
    return [
        Item(
            id=UUID(int=1_000 + number),
            customer_id=draw(st.sampled_from(CUSTOMERS)),
            status=draw(st.sampled_from(["open", "open", "open", "credited"])),
            available=Money(draw(st.sampled_from([0, 100, 250, 500, 1_000])), "EUR"),
            due_on=date(2026, 4, draw(st.integers(1, 3))),
            rf_reference=REFERENCES[number],
            number_key=NUMBERS[number],
        )
        for number in range(count)
    ]


@st.composite
def _lines(draw: st.DrawFn) -> list[Line]:
    count = draw(st.integers(0, 8))
    return [
        Line(
            id=UUID(int=2_000 + number),
            amount=Money(draw(AMOUNTS), "EUR"),
            value_on=date(2026, 4, draw(st.integers(10, 11))),
            clues=Clues(
                draw(st.frozensets(st.sampled_from(REFERENCES), max_size=2)),
                draw(st.frozensets(st.sampled_from(NUMBERS), max_size=2)),
            ),
            invoice_id=draw(st.none() | st.integers(1_000, 1_007).map(lambda n: UUID(int=n))),
            named_by="end_to_end",
            accounts=dict.fromkeys(
                sorted(draw(st.frozensets(st.sampled_from(CUSTOMERS), max_size=2))), "mandate"
            ),
        )
        for number in range(count)
    ]


def _allocated(decision: Decision) -> list[tuple[UUID, int]]:
    if isinstance(decision, Ambiguous | NoMatch):
        return []
    return [(share.item_id, share.amount.minor) for share in decision.shares]


def _given(decisions: dict[UUID, Decision]) -> dict[UUID, int]:
    totals: dict[UUID, int] = {}
    for decision in decisions.values():
        for item_id, minor in _allocated(decision):
            totals[item_id] = totals.get(item_id, 0) + minor
    return totals


@given(lines=_lines(), items=_items())
def test_no_item_is_given_more_than_it_has(lines: list[Line], items: list[Item]) -> None:
    given_to = _given(decide_all(lines, Facts.of(items)))
    assert all(given_to.get(item.id, 0) <= item.available.minor for item in items)
    assert set(given_to) <= {item.id for item in items}


@given(lines=_lines(), items=_items())
def test_what_is_allocated_and_what_is_over_is_what_came_in(
    lines: list[Line], items: list[Item]
) -> None:
    decisions = decide_all(lines, Facts.of(items))
    assert set(decisions) == {line.id for line in lines}
    for line in lines:
        decision = decisions[line.id]
        allocated = sum(minor for _, minor in _allocated(decision))
        assert all(minor > 0 for _, minor in _allocated(decision))
        if isinstance(decision, Over):
            assert allocated + decision.rest.minor == line.amount.minor
            assert decision.rest.minor > 0
        elif not isinstance(decision, Ambiguous | NoMatch):
            assert allocated == line.amount.minor


@settings(max_examples=300)
@given(data=st.data(), lines=_lines(), items=_items())
def test_the_order_of_lines_and_items_changes_no_total(
    data: st.DataObject, lines: list[Line], items: list[Item]
) -> None:
    before = _given(decide_all(lines, Facts.of(items)))
    shuffled = data.draw(st.permutations(lines))
    assert _given(decide_all(shuffled, Facts.of(data.draw(st.permutations(items))))) == before


@given(lines=_lines(), items=_items())
def test_every_share_belongs_to_the_customer_of_its_item(
    lines: list[Line], items: list[Item]
) -> None:
    owners = {item.id: item.customer_id for item in items}
    for decision in decide_all(lines, Facts.of(items)).values():
        if not isinstance(decision, Ambiguous | NoMatch):
            named = {share.customer_id for share in decision.shares}
            if decision.rule == "list":
                assert decision.customer_id is None
                assert len(named) > 1
            else:
                assert named <= {decision.customer_id}
            assert all(owners[share.item_id] == share.customer_id for share in decision.shares)
