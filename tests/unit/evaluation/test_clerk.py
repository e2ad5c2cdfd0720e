"""What a careful clerk can tell, on worlds small enough to see through.

`Stage` numbers bills of a quarter one after the other, so that two neighbours differ in one digit.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.evaluation.clerk import Clerk, Seen, one_slip_from
from tests.evaluation.dice import Dice
from tests.evaluation.names import Person
from tests.evaluation.records import Bill
from tests.evaluation.stage import Party, Stage

ANNA = Person("Anna", "AB", "de", "Vries")
BRAM = Person("Bram", "BC", "de", "Vries")
CEES = Person("Cees", "C", "", "Bakker")


@pytest.fixture
def stage() -> Stage:
    return Stage(Dice(1), "few")


def clerk_of(stage: Stage) -> Clerk:
    return Clerk(stage.debtors, stage.people, stage.bills, stage.remembered, stage.past_payments)


def owing(
    stage: Stage, person: Person, *amounts: int, account: str | None = None
) -> tuple[Party, Bill]:
    """A customer whose account is known, with one open bill per amount, the newest first."""
    party = stage.party(
        person=person, name=f"{person.dotted} {person.full_surname}", account=account
    )
    bills = [
        stage.bill(party, quarters_ago=ago, amount=amount) for ago, amount in enumerate(amounts)
    ]
    return party, bills[0]


def test_an_amount_made_in_one_way_tells_which_claims_are_meant(stage: Stage) -> None:
    anna, _ = owing(stage, ANNA, 1_000, 2_000, 4_000)
    clerk = clerk_of(stage)
    assert clerk.only_way([anna.id], anna.id, 5_000)
    assert not clerk.only_way([anna.id], anna.id, 5_001)


def test_an_amount_made_in_two_ways_tells_nothing(stage: Stage) -> None:
    """3,000 is one claim, and the sum of two others."""
    anna, _ = owing(stage, ANNA, 1_000, 2_000, 3_000)
    assert not clerk_of(stage).only_way([anna.id], anna.id, 3_000)


def test_twins_of_one_customer_are_one_way_but_those_of_two_are_not(stage: Stage) -> None:
    anna, _ = owing(stage, ANNA, 2_000, 2_000)
    bram, _ = owing(stage, BRAM, 2_000)
    clerk = clerk_of(stage)
    assert clerk.only_way([anna.id], anna.id, 2_000)
    assert not clerk.only_way([anna.id, bram.id], anna.id, 2_000)


def test_an_account_of_two_customers_is_known_for_both(stage: Stage) -> None:
    anna, _ = owing(stage, ANNA, 1_000)
    bram, _ = owing(stage, BRAM, 2_000, account=anna.iban)
    assert clerk_of(stage).customers_of_account(anna.iban) == {anna.id, bram.id}


def test_a_name_tells_when_nobody_else_of_the_surname_owes_as_much(stage: Stage) -> None:
    anna, _ = owing(stage, ANNA, 1_000)
    owing(stage, BRAM, 2_000)
    assert clerk_of(stage).name_tells("A.B. de Vries", ANNA, anna.id, 1_000)


def test_equal_amounts_under_one_surname_leave_a_doubt(stage: Stage) -> None:
    """Bram may have paid from an account that bears Anna's name."""
    anna, _ = owing(stage, ANNA, 1_000)
    owing(stage, BRAM, 1_000)
    assert not clerk_of(stage).name_tells("A.B. de Vries", ANNA, anna.id, 1_000)


def test_a_first_name_alone_is_enough_only_for_a_surname_that_one_customer_bears(
    stage: Stage,
) -> None:
    anna, _ = owing(stage, ANNA, 1_000)
    cees, _ = owing(stage, CEES, 1_000)
    owing(stage, BRAM, 2_000)
    clerk = clerk_of(stage)
    assert not clerk.name_tells("Anna de Vries", ANNA, anna.id, 1_000)
    assert clerk.name_tells("Cees Bakker", CEES, cees.id, 1_000)


def test_a_slip_is_seen_through_by_amount_and_name(stage: Stage) -> None:
    anna, bill = owing(stage, ANNA, 1_000)
    owing(stage, CEES, 2_000)
    written = _transposed_end(bill.payment_reference)
    clerk = clerk_of(stage)
    assert clerk.slip_tells(written, bill, Seen(1_000, ANNA))
    assert clerk.slip_tells(written, bill, Seen(1_000, None, anna.iban))
    assert not clerk.slip_tells(written, bill, Seen(1_000)), "the amount alone is not enough"


def test_a_number_that_is_somebody_elses_stands_unless_nothing_speaks_for_it(stage: Stage) -> None:
    """Anna's slip made Cees's number. If he owes the same, she may have paid for him."""
    _, bill = owing(stage, ANNA, 1_000)
    _, other = owing(stage, CEES, 2_000)
    assert clerk_of(stage).slip_tells(other.number, bill, Seen(1_000, ANNA))
    _, bill = owing(stage, ANNA, 3_000)
    _, other = owing(stage, CEES, 3_000)
    assert not clerk_of(stage).slip_tells(other.number, bill, Seen(3_000, ANNA))


def test_a_cut_reference_with_two_equal_heirs_tells_nothing(stage: Stage) -> None:
    """Both bills begin alike, both are of one surname and amount."""
    bills = list(_of_equal_beginning(stage))
    cut = bills[0].payment_reference[:13]
    assert all(bill.payment_reference.startswith(cut) for bill in bills)
    clerk = clerk_of(stage)
    assert not clerk.cut_tells(cut, bills[0], Seen(1_000, ANNA), at_end=True)
    assert clerk.cut_tells(
        bills[0].payment_reference[:15], bills[0], Seen(1_000, ANNA), at_end=True
    )


def test_one_slip_reaches_every_way_a_reference_is_mistyped() -> None:
    whole = "9000000000000001"
    assert whole in one_slip_from("9000000000000010"), "neighbours exchanged"
    assert whole in one_slip_from("900000000000001"), "a digit missing"
    assert whole in one_slip_from("90000000000000011"), "a digit doubled"
    assert whole in one_slip_from("9000000000000007"), "a digit wrong"
    assert whole not in one_slip_from("9000000000000070"), "two slips"


def _transposed_end(reference: str) -> str:
    return reference[:-2] + reference[-1] + reference[-2]


def _of_equal_beginning(stage: Stage) -> Iterator[Bill]:
    """Two bills of one surname and amount whose references share all but the last digits."""
    by_beginning: dict[str, Bill] = {}
    while True:
        _, bill = owing(stage, ANNA, 1_000)
        twin = by_beginning.setdefault(bill.payment_reference[:13], bill)
        if twin is not bill and twin.payment_reference[:15] != bill.payment_reference[:15]:
            yield from (twin, bill)
            return
