"""Accepting what the queue proposes: never more than there is, and only what was shown."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.matching import Item
from services.payments.domain.suggestions import Suggestion, fill, proof, stored
from shared.money import Money

CUSTOMER, PAYMENT = UUID(int=1), UUID(int=2)
cents = st.integers(0, 10_000)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def items(open_minor: list[int]) -> dict[UUID, Item]:
    return {
        UUID(int=10 + place): Item(
            id=UUID(int=10 + place),
            customer_id=CUSTOMER,
            status="open",
            available=eur(minor),
            due_on=date(2026, 4, 1),
        )
        for place, minor in enumerate(open_minor)
    }


@given(st.lists(cents, max_size=6), cents)
def test_a_suggestion_is_filled_in_its_order_and_spends_all_it_can(
    open_minor: list[int], rest: int
) -> None:
    found = items(open_minor)
    left = {item.id: item.available for item in found.values()}
    wanted = Suggestion(customer_id=CUSTOMER, invoice_ids=tuple(found))
    shares = fill(wanted, found, left, eur(rest))
    spent = {share.item_id: share.amount.minor for share in shares}
    assert sum(spent.values()) == min(rest, sum(open_minor))
    assert all(0 < minor <= left[invoice_id].minor for invoice_id, minor in spent.items())
    # Only the last one that got something may be left with a part.
    partial = [i for i in spent if spent[i] < left[i].minor]
    assert partial in ([], [shares[-1].item_id] if shares else [])


def test_another_currency_is_never_spent_on() -> None:
    found = items([5_000])
    left = {item.id: item.available for item in found.values()}
    wanted = Suggestion(customer_id=CUSTOMER, invoice_ids=tuple(found))
    assert fill(wanted, found, left, Money(5_000, "PLN")) == ()


@given(st.lists(cents, min_size=1, max_size=4), cents, st.data())
def test_whatever_changes_in_what_was_seen_changes_the_proof(
    open_minor: list[int], rest: int, data: st.DataObject
) -> None:
    found = items(open_minor)
    left = {item.id: item.available for item in found.values()}
    seen = Suggestion(customer_id=CUSTOMER, invoice_ids=tuple(found), probability=0.9)
    shown = proof(PAYMENT, eur(rest), seen, left)
    assert shown == proof(PAYMENT, eur(rest), seen, dict(left))
    touched = data.draw(st.sampled_from(list(left)))
    other = {**left, touched: left[touched] + eur(1)}
    fewer = Suggestion(customer_id=CUSTOMER, invoice_ids=seen.invoice_ids[1:])
    strangers = Suggestion(customer_id=UUID(int=9), invoice_ids=seen.invoice_ids)
    changed = {
        proof(PAYMENT, eur(rest), seen, other),
        proof(PAYMENT, eur(rest + 1), seen, left),
        proof(UUID(int=3), eur(rest), seen, left),
        proof(PAYMENT, eur(rest), fewer, left),
        proof(PAYMENT, eur(rest), strangers, left),
    }
    assert shown not in changed
    assert len(changed) == 5


def test_candidates_of_before_the_weighing_can_still_be_read() -> None:
    (one,) = stored(
        [{"invoice_id": str(UUID(int=10)), "customer_id": str(CUSTOMER), "facts": ["oldest"]}]
    )
    assert (one.invoice_ids, one.probability, one.facts, one.against) == (
        (UUID(int=10),),
        None,
        ("oldest",),
        (),
    )
