"""Many changes to many open items: none is consumed twice, and the ledger always balances."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.ledger import Parts
from services.billing.domain.settlement import (
    Add,
    Applied,
    Change,
    Forestalled,
    OpenItem,
    Refused,
    Repeated,
    Reverse,
    apply_changes,
)
from shared.ids import derived_id
from shared.money import Money

CUSTOMER, STRANGER = UUID(int=1), UUID(int=2)
INVOICES = [UUID(int=10 + n) for n in range(3)]
DAY = date(2026, 10, 1)


def items() -> dict[UUID, OpenItem]:
    return {invoice: OpenItem(invoice, CUSTOMER, 1, DAY, "EUR", 10_000, {}) for invoice in INVOICES}


def pay(cents: int, place: int = 100, **changes: object) -> Add:
    fields: dict[str, object] = {
        "id": UUID(int=place),
        "invoice_id": INVOICES[0],
        "customer_id": CUSTOMER,
        "kind": "payment",
        "amount": Money(cents, "EUR"),
        "effective_on": DAY,
    }
    return Add(**{**fields, **changes})  # type: ignore[arg-type]


def undo(place: int, invoice: UUID = INVOICES[0]) -> Reverse:
    base = UUID(int=place)
    return Reverse(
        id=base,
        invoice_id=invoice,
        amount=Money(6_000, "EUR"),
        cause_id=derived_id(base, "undone"),
        booked_on=DAY,
    )


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    made: list[Change] = []
    for place in range(draw(st.integers(1, 15))):
        payments = [one for one in made if isinstance(one, Add) and one.kind == "payment"]
        if payments and draw(st.integers(0, 3)) == 0:
            earlier = draw(st.sampled_from(payments))
            made.append(undo(earlier.id.int, earlier.invoice_id))
            continue
        cents = draw(st.integers(1, 15_000))
        kind = draw(st.sampled_from(["payment", "costs", "interest", "credit", "write_off"]))
        made.append(
            pay(
                cents,
                100 + place,
                invoice_id=draw(st.sampled_from(INVOICES)),
                kind=kind,
                parts=Parts(net=cents, vat=0, levy=0) if kind == "credit" else None,
                given_up=draw(st.integers(0, cents // 2)) if kind == "payment" else 0,
                fee=draw(st.integers(0, cents // 2)) if kind == "payment" else 0,
                effective_on=DAY + timedelta(days=draw(st.integers(0, 20))),
            )
        )
    return made


@given(changes())
def test_the_ledger_follows_the_open_items_to_the_cent(made: list[Change]) -> None:
    open_items = items()
    ledger: Counter[str] = Counter({"receivable.principal": 30_000})
    for outcome in apply_changes(open_items, made):
        if isinstance(outcome, Applied):
            assert sum(leg.amount for leg in outcome.entry.legs) == 0
            for leg in outcome.entry.legs:
                ledger[leg.account] += leg.amount
    balances = [item.balance() for item in open_items.values()]
    assert ledger["receivable.principal"] == sum(state.principal for state in balances)
    assert ledger["receivable.costs"] == sum(state.costs for state in balances)
    assert ledger["receivable.interest"] == sum(state.interest for state in balances)
    assert -ledger["customer_credit"] == sum(state.surplus for state in balances)
    paid = [m for i in open_items.values() for m in i.movements.values() if m.kind == "payment"]
    assert ledger["small_differences"] == sum(m.given_up for m in paid)
    assert ledger["collection_fees"] == sum(m.fee for m in paid)
    assert ledger["unallocated"] == sum(m.amount - m.given_up - m.fee for m in paid)


@given(changes())
def test_doing_everything_twice_is_doing_it_once(made: list[Change]) -> None:
    once, twice = items(), items()
    apply_changes(once, made)
    outcomes = apply_changes(twice, made + made)
    repeated = outcomes[len(made) :]
    assert not any(isinstance(outcome, Applied) for outcome in repeated) or any(
        isinstance(outcome, Refused) for outcome in outcomes[: len(made)]
    )
    if all(not isinstance(outcome, Refused) for outcome in outcomes):
        assert {k: v.balance() for k, v in twice.items()} == {
            k: v.balance() for k, v in once.items()
        }


def test_an_open_item_is_never_paid_beyond_what_is_open() -> None:
    first, second = apply_changes(items(), [pay(6_000, 100), pay(6_000, 101)])
    assert isinstance(first, Applied)
    assert second == Refused(second.change, "exceeds_open")


def test_an_undone_payment_cannot_come_back_under_its_id() -> None:
    outcomes = apply_changes(items(), [pay(6_000), undo(100), undo(100), pay(6_000)])
    assert [type(outcome) for outcome in outcomes] == [Applied, Applied, Repeated, Repeated]
    assert outcomes[1].state.balance.open == 10_000  # type: ignore[union-attr]


def test_a_stranger_and_a_strange_currency_are_refused() -> None:
    outcomes = apply_changes(
        items(),
        [
            pay(1, 100, customer_id=STRANGER),
            pay(1, 101, amount=Money(1, "PLN")),
            pay(1, 102, invoice_id=UUID(int=99)),
        ],
    )
    assert [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)] == [
        "wrong_customer",
        "wrong_currency",
        "unknown_invoice",
    ]


def test_a_payment_undone_before_it_was_heard_of_is_never_applied() -> None:
    """Its own event may come out of the dead letters long after; the money is elsewhere by then."""
    apart = items()
    first, second, third = apply_changes(apart, [undo(100), pay(6_000, 100), undo(100)])
    assert isinstance(first, Forestalled)
    assert (type(second), type(third)) == (Repeated, Repeated)
    assert {k: v.balance() for k, v in apart.items()} == {
        k: v.balance() for k, v in items().items()
    }
