"""Ids, clocks, errors and the order of events in a batch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import FixedClock, SettableClock, business_date, shift_to
from shared.consumer import waves
from shared.errors import InvalidInput, Problem
from shared.events.envelope import Received
from shared.events.payments import PaymentReceived, PaymentReversed
from shared.ids import derived_id, uuid7, uuid7s
from shared.money import Money

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


def test_ids_are_version_7_and_sort_by_the_time_they_were_made() -> None:
    ids = [uuid7(unix_ms=1_700_000_000_000 + ms) for ms in range(50)]
    assert ids == sorted(ids)
    assert {(made.version, made.variant) for made in ids} == {(7, "specified in RFC 4122")}


def test_two_ids_of_one_moment_differ() -> None:
    assert len({uuid7(unix_ms=1) for _ in range(10_000)}) == 10_000


def test_ids_made_together_are_as_those_made_one_by_one() -> None:
    together = uuid7s(10_000, unix_ms=2)
    assert together == sorted(set(together))
    assert len(together) == 10_000
    assert uuid7(unix_ms=1) < min(together)
    assert max(together) < uuid7(unix_ms=3)
    assert {(made.version, made.variant) for made in together} == {(7, "specified in RFC 4122")}
    assert uuid7s(0) == []


def test_a_derived_id_is_the_same_for_the_same_cause_only() -> None:
    base = uuid7()
    assert derived_id(base, "letter", 1) == derived_id(base, "letter", 1)
    assert derived_id(base, "letter", 1) != derived_id(base, "letter", 2)
    assert derived_id(base, "letter", 1) != derived_id(uuid7(), "letter", 1)


def test_a_business_day_is_a_date_in_the_creditors_time_zone() -> None:
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert business_date(late, AMSTERDAM) == date(2026, 4, 1)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 4, 1))  # noqa: DTZ001


def test_a_settable_clock_runs_on_from_where_it_was_put() -> None:
    clock = SettableClock()
    clock.set(shift_to(date(2027, 1, 4), AMSTERDAM))
    first = clock.now()
    assert business_date(first, AMSTERDAM) == date(2027, 1, 4)
    assert timedelta(0) <= clock.now() - first < timedelta(minutes=1)


def test_an_input_error_names_line_and_field() -> None:
    error = InvalidInput.field("amount", "is negative", line=7)
    assert str(error) == "line 7, amount: is negative"
    assert error.problems == (Problem("amount", "is negative", 7),)


CUSTOMERS = [UUID(int=n) for n in range(4)]


def received(kind: str, customer: UUID, place: int) -> Received[PaymentReceived | PaymentReversed]:
    contract = PaymentReceived if kind == "received" else PaymentReversed
    fields = {
        "payment_id": UUID(int=place + 100),
        "customer_id": customer,
        "amount": Money(place, "EUR"),
        "booked_on": date(2026, 4, 1),
        "value_on": date(2026, 4, 1),
        "source": "bank",
    }
    return Received(uuid7(), uuid7(), "/test", NOW, contract.model_validate(fields))


mixed = st.lists(st.tuples(st.sampled_from(["received", "reversed"]), st.sampled_from(CUSTOMERS)))


@given(mixed)
def test_waves_keep_every_customers_order_and_lose_nothing(items: list[tuple[str, UUID]]) -> None:
    batch = [received(kind, customer, place) for place, (kind, customer) in enumerate(items)]
    flat = [item for _, wave in waves(batch) for item in wave]
    assert sorted(map(id, flat)) == sorted(map(id, batch))
    for customer in CUSTOMERS:
        before = [r.event.payment_id for r in batch if r.event.key == customer]
        after = [r.event.payment_id for r in flat if r.event.key == customer]
        assert after == before


def test_mixed_types_of_different_customers_become_few_waves() -> None:
    batch = [
        received(kind, UUID(int=place), place)
        for place, kind in enumerate(["received", "reversed"] * 50)
    ]
    assert len(waves(batch)) == 2
