"""What people do with their bills: what they pay, how, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.demo.bank import Booking
from deploy.demo.cast import Role
from deploy.demo.people import Person

DUE_AFTER = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as the person holds it."""

    id: str
    number: str
    cents: int
    rf_reference: str
    payment_reference: str
    due_on: date

    @classmethod
    def of(cls, shown: dict[str, Any]) -> Bill:
        return cls(
            shown["id"],
            shown["number"],
            shown["total"]["amount"],
            shown["rf_reference"],
            shown["payment_reference"],
            date.fromisoformat(shown["due_on"]),
        )


def in_time(
    role: Role, people: Sequence[Person], bills: dict[str, Bill], days: Sequence[date]
) -> Iterator[tuple[date, Booking]]:
    """The transfers of everybody in `role`, spread over the days before the due date."""
    for place, person in enumerate(people):
        bill = bills[person.number]
        open_days = [day for day in days if days[3] <= day <= bill.due_on]
        day = open_days[place % len(open_days)]
        yield from ((day, booking) for booking in _paid(role, person, bill))
        if role == "pays_twice":
            again = open_days[(place + 3) % len(open_days)]
            yield again, transfer(person, bill.cents, reference=bill.rf_reference)


def _paid(role: Role, person: Person, bill: Bill) -> Iterator[Booking]:
    kenmerk = bill.payment_reference
    spaced = " ".join(kenmerk[at : at + 4] for at in range(0, 16, 4))
    match role:
        case "pays_structured":
            yield transfer(person, bill.cents, reference=bill.rf_reference)
        case "pays_kenmerk_in_text":
            yield transfer(person, bill.cents, text=f"betalingskenmerk {spaced}")
        case "pays_number_in_text":
            yield transfer(person, bill.cents, text=f"Betaling factuur {bill.number} {person.name}")
        case "pays_part":
            yield transfer(person, bill.cents // 2, reference=bill.rf_reference)
        case "pays_too_much":
            yield transfer(person, bill.cents + 1000, reference=bill.rf_reference)
        case "pays_twice":
            yield transfer(person, bill.cents, reference=bill.rf_reference)
        case "pays_wrong_reference":
            # Two digits of the year change places: no bill has that number.
            wrong = kenmerk.replace("2026", "2062", 1)
            yield transfer(person, bill.cents, text=f"kenmerk {wrong}")
        case "pays_without_reference":
            yield transfer(person, bill.cents, text="waterrekening")


def transfer(person: Person, cents: int, *, reference: str = "", text: str = "") -> Booking:
    return Booking(cents=cents, name=person.name, iban=person.iban, reference=reference, text=text)


def strangers() -> list[Booking]:
    """Payments nobody can place: they stay in the queue for a person."""
    return [
        Booking(cents=4_250, name="H. Onbekend", iban="NL20INGB0001234567", text="water"),
        Booking(cents=12_000, name="Fam. Niemand", iban="NL02ABNA0123456789", text="huur mei"),
        Booking(cents=99, name="", iban="", text=""),
    ]
