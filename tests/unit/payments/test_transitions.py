from __future__ import annotations

from itertools import product

import pytest

from services.payments.domain import transitions as t
from shared.errors import IllegalTransition

TABLES = [
    (t.MANDATE, t.MANDATE_STATUSES),
    (t.BATCH, t.BATCH_STATUSES),
    (t.DEBIT, t.DEBIT_STATUSES),
    (t.TRANSFER, t.TRANSFER_STATUSES),
    (t.PAYMENT, t.PAYMENT_STATUSES),
    (t.ALLOCATION, t.ALLOCATION_STATUSES),
    (t.PROVIDER_PAYMENT, t.PROVIDER_PAYMENT_STATUSES),
]


@pytest.mark.parametrize(("table", "statuses"), TABLES)
def test_every_pair_of_status_and_trigger_is_decided(
    table: t.Transitions, statuses: tuple[str, ...]
) -> None:
    triggers = {trigger for _, trigger in table}
    for status, trigger in product(statuses, triggers):
        if (status, trigger) in table:
            assert t.after(table, "noun", status, trigger) in statuses
        else:
            with pytest.raises(IllegalTransition):
                t.after(table, "noun", status, trigger)


@pytest.mark.parametrize(
    ("table", "final"),
    [
        (t.MANDATE, {"cancelled", "expired"}),
        (t.BATCH, {"released", "cancelled"}),
        (t.DEBIT, {"cancelled"}),
        (t.TRANSFER, {"refused", "cancelled", "executed", "rejected"}),
        (t.PAYMENT, {"reversed", "reclassified"}),
        (t.PROVIDER_PAYMENT, {"paid"}),
    ],
)
def test_what_is_final_stays_as_it_is(table: t.Transitions, final: set[str]) -> None:
    assert not [pair for pair, after in table.items() if pair[0] in final and after != pair[0]]


@pytest.mark.parametrize("answers", [("apply", "reverse"), ("reverse", "apply"), ("reject",)])
def test_an_undone_allocation_ends_undone_in_whatever_order_billing_answers(
    answers: tuple[str, ...],
) -> None:
    status = t.after(t.ALLOCATION, "allocation", "proposed", "undo")
    for answer in answers:
        status = t.after(t.ALLOCATION, "allocation", status, answer)
    assert status == "undone"


@pytest.mark.parametrize(
    ("amount", "allocated", "status"),
    [(100, 0, "unallocated"), (100, 40, "partly_allocated"), (100, 100, "allocated")],
)
def test_a_payment_is_what_its_allocations_make_it(
    amount: int, allocated: int, status: str
) -> None:
    assert t.payment_status(amount, allocated) == status
