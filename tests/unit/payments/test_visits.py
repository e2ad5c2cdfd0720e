"""Which visits to the provider are ended: those for what is not owed any more, or not to us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.payments.domain.visits import OpenVisit, is_to_be_ended
from tests.factories.payments import eur

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


def visit(left: int, *, elsewhere: bool = False, asked: timedelta | None = None) -> OpenVisit:
    asked_at = NOW - asked if asked is not None else None
    return OpenVisit(UUID(int=1), eur(5_000), eur(left), elsewhere, asked_at)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (visit(5_000), False),
        (visit(9_000), False),
        (visit(4_999), True),
        (visit(0), True),
        (visit(5_000, elsewhere=True), True),
        (visit(0, asked=timedelta(minutes=4)), False),
        (visit(0, asked=timedelta(minutes=5)), True),
        (visit(5_000, asked=timedelta(minutes=5)), True),
    ],
)
def test_a_visit_is_ended_once_it_asks_too_much_and_tried_again_when_that_failed(
    one: OpenVisit, expected: bool
) -> None:
    """One that another took the place of is tried again too, though its amount is still owed."""
    assert is_to_be_ended(one, NOW) is expected
