"""Money going out: duplicates, limits, four eyes, names that hold accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.four_eyes import FourEyes, refuse_same_person
from services.payments.domain.name_check import check_name
from services.payments.domain.sepa_rules import LimitExceeded, SepaRules
from services.payments.domain.transfer import Earlier, PossibleDuplicate, refuse_duplicate
from shared.ids import uuid7
from shared.money import Money

NOW = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
PAYMENT = uuid7()


def earlier(**changes: Any) -> Earlier:
    values: dict[str, Any] = {
        "id": uuid7(),
        "status": "executed",
        "payment_id": uuid7(),
        "is_same_account": True,
        "amount": Money(1_000, "EUR"),
        "asked_at": NOW - timedelta(days=30),
    }
    return Earlier(**{**values, **changes})


@pytest.mark.parametrize(
    ("before", "is_duplicate"),
    [
        (earlier(), True),
        (earlier(asked_at=NOW - timedelta(days=30, seconds=1)), False),
        (earlier(amount=Money(1_001, "EUR")), False),
        (earlier(is_same_account=False), False),
        (earlier(is_same_account=False, payment_id=PAYMENT, amount=Money(1, "EUR")), True),
        (earlier(payment_id=PAYMENT, status="rejected"), False),
        (earlier(status="cancelled"), False),
    ],
)
def test_what_was_asked_for_before_is_noticed(before: Earlier, is_duplicate: bool) -> None:
    """The same payment again whenever; the same amount to the same account within the days."""
    asked = ([before], PAYMENT, Money(1_000, "EUR"), NOW, 30)
    if is_duplicate:
        with pytest.raises(PossibleDuplicate):
            refuse_duplicate(*asked)
    else:
        refuse_duplicate(*asked)


def test_two_levies_are_not_of_the_same_payment() -> None:
    levy = earlier(payment_id=None, is_same_account=False)
    refuse_duplicate([levy], None, Money(1_000, "EUR"), NOW, 30)


@given(limit=st.integers(0, 10**9), cents=st.integers(1, 10**9))
def test_nobody_approves_a_cent_above_the_limit_of_the_role(limit: int, cents: int) -> None:
    rules = SepaRules(clerk_limit_minor=limit, supervisor_limit_minor=None)
    rules.refuse_above_limit("supervisor:a", Money(cents, "EUR"))
    if cents > limit:
        with pytest.raises(LimitExceeded):
            rules.refuse_above_limit("clerk:a", Money(cents, "EUR"))
    else:
        rules.refuse_above_limit("clerk:a", Money(cents, "EUR"))


@pytest.mark.parametrize("decides", ["clerk:anna", "supervisor:anna", "machine:robot", "system:x"])
def test_one_person_has_two_eyes_in_whatever_role(decides: str) -> None:
    with pytest.raises(FourEyes):
        refuse_same_person("clerk:anna", decides, "approve")


def test_another_person_may() -> None:
    refuse_same_person("machine:import", "clerk:anna", "approve")
    refuse_same_person("clerk:anna", "supervisor:bert", "approve")


@pytest.mark.parametrize(
    ("payee", "holders", "answer"),
    [
        ("A. Voorbeeld", ["Voorbeeld, A"], "match"),
        ("Mevr. Zoë Łącka", ["zoe lacka"], "close"),
        ("Hr J. de Boer", ["J Boer"], "match"),
        ("J. Jansen", ["Jansen-de Vries J"], "close"),
        ("J. Jansen", ["Waterbedrijf Voorbeeld", "P. Smit"], "no_match"),
        ("J. Jansen", ["P. Smit", "J. Jansen"], "match"),
        ("J. Jansen", [], "unknown"),
    ],
)
def test_a_name_is_compared_as_people_write_it(payee: str, holders: list[str], answer: str) -> None:
    assert check_name(payee, holders) == answer
