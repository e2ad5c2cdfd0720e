"""The stage of a world: who is billed, for what, from which account they pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from tests.evaluation import names
from tests.evaluation.accounts import iban as make_iban
from tests.evaluation.clerk import Clerk
from tests.evaluation.dice import Dice
from tests.evaluation.names import Person
from tests.evaluation.numbering import payment_reference, rf_reference
from tests.evaluation.records import (
    BankLine,
    Bill,
    BillStatus,
    Debtor,
    Instalment,
    PastPayment,
    Remembered,
    Shares,
)

PricePoints = Literal["few", "many"]
TODAY = date(2026, 7, 20)
_QUARTERS_NEWEST_FIRST = (
    # Year, first day, and the first count of the numbers of its run; 2,500,000 fit in a run.
    (2026, date(2026, 7, 1), 5_000_001),
    (2026, date(2026, 4, 1), 2_500_001),
    (2026, date(2026, 1, 2), 1),
    (2025, date(2025, 10, 1), 7_500_001),
    (2025, date(2025, 7, 1), 5_000_001),
    (2025, date(2025, 4, 1), 2_500_001),
)
_RUN_SIZE_MOST = 2_500_000
_TERM = timedelta(days=14)
# What a water company asks a quarter, by household size; most households are small.
_ADVANCES_MINOR = (3150, 3625, 4180, 4850, 5240, 5980, 6675, 7450, 8320, 9975, 11840, 14290)


@dataclass(frozen=True, slots=True)
class Party:
    """A debtor with what the customer file does not say: who it is, and the price it pays."""

    debtor: Debtor
    person: Person
    price: int
    iban: str
    """The account it pays from, whether billing knows it or not."""

    @property
    def id(self) -> UUID:
        return self.debtor.customer_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A line with its truth, but for whether a clerk could know: that needs the whole world."""

    line: BankLine
    customer_id: UUID | None
    shares: Shares = ()
    alternatives: tuple[Shares, ...] = ()
    decidable: Callable[[Clerk], bool]


def sure(_: Clerk) -> bool:
    return True


def never(_: Clerk) -> bool:
    return False


class Stage:
    """Everything that is not a bank line, growing scene by scene."""

    def __init__(self, dice: Dice, price_points: PricePoints) -> None:
        self.dice = dice
        self.price_points = price_points
        self.debtors: list[Debtor] = []
        self.people: list[Person] = []
        self.bills: list[Bill] = []
        self.instalments: list[Instalment] = []
        self.remembered: list[Remembered] = []
        self.past_payments: list[PastPayment] = []
        self._customer_number = 10_000_000
        self._counts = [0] * len(_QUARTERS_NEWEST_FIRST)

    def party(
        self,
        *,
        person: Person | None = None,
        account: str | None = None,
        known: bool = True,
        mandate: bool = False,
        name: str | None = None,
    ) -> Party:
        """A new customer; `known` tells whether billing knows the account it pays from."""
        dice = self.dice
        who = person or names.person(dice)
        account = account or make_iban(dice, who.country if dice.happens(0.5) else "NL")
        self._customer_number += dice.between(1, 5)
        debtor = Debtor(
            customer_id=dice.uuid(),
            number=str(self._customer_number),
            name=name or names.billed_name(dice, who),
            ibans=(account,) if known else (),
            mandate_ids=(f"M{dice.digits(8)}-{self._customer_number}",) if mandate else (),
        )
        self.debtors.append(debtor)
        self.people.append(who)
        return Party(debtor, who, self.price(), account)

    def bill(
        self,
        party: Party,
        *,
        quarters_ago: int = 0,
        amount: int | None = None,
        paid: int = 0,
        costs: int = 0,
        status: BillStatus = "open",
    ) -> Bill:
        """A bill of `amount` (by default the party's price), of which `paid` is paid."""
        year, issued_on, first = _QUARTERS_NEWEST_FIRST[quarters_ago]
        count = self._counts[quarters_ago]
        if count >= _RUN_SIZE_MOST:
            raise ValueError("more bills in a quarter than its numbers allow")
        self._counts[quarters_ago] = count + 1
        number = f"{year}{first + count:07}"
        total = amount or self._amount_of(party)
        bill = Bill(
            invoice_id=self.dice.uuid(),
            customer_id=party.id,
            number=number,
            rf_reference=rf_reference(number),
            payment_reference=payment_reference(year, first + count),
            issued_on=issued_on,
            due_on=issued_on + _TERM,
            total=total,
            open=total - paid + costs if status == "open" else 0,
            costs=costs if status == "open" else 0,
            status=status,
        )
        self.bills.append(bill)
        return bill

    def owing(
        self, *, person: Person | None = None, known: bool = True, mandate: bool = False
    ) -> tuple[Party, Bill]:
        """A new customer with one open bill of this quarter and, mostly, a settled older one."""
        party = self.party(person=person, known=known, mandate=mandate)
        if self.dice.happens(0.6):
            self.bill(party, quarters_ago=1, status="settled")
        return party, self.bill(party)

    def household(self) -> Party:
        """Somebody whose money does not come in today."""
        party = self.party(known=self.dice.happens(0.6))
        for quarters_ago in range(self.dice.between(1, 4)):
            is_open = self.dice.happens(0.75 if quarters_ago == 0 else 0.3)
            self.bill(party, quarters_ago=quarters_ago, status="open" if is_open else "settled")
        return party

    def price(self) -> int:
        """What a household is asked for a quarter."""
        if self.price_points == "few" and not self.dice.happens(0.05):
            return _ADVANCES_MINOR[int(self.dice.random() ** 1.6 * len(_ADVANCES_MINOR))]
        return self.dice.between(2_000, 40_000)

    def _amount_of(self, party: Party) -> int:
        if self.price_points == "few":
            return party.price
        return max(party.price + self.dice.between(-1_500, 1_500), 500)

    def line(
        self,
        amount: int,
        *,
        text: str = "",
        payer: Person | None = None,
        payer_name: str | None = None,
        iban: str | None = None,
        structured: str | None = None,
        end_to_end_id: str | None = None,
        mandate_id: str | None = None,
        days_later: int = 0,
    ) -> BankLine:
        """A credit line; whoever pays leaves the name the bank knows and, mostly, an account."""
        dice = self.dice
        if end_to_end_id is None and dice.happens(0.7):
            end_to_end_id = (
                "NOTPROVIDED" if dice.happens(0.8) else f"{dice.digits(14)}-{dice.digits(4)}"
            )
        if payer is not None and payer_name is None:
            payer_name = names.banked_name(dice, payer)
        return BankLine(
            line_id=dice.uuid(),
            booked_on=TODAY + timedelta(days=days_later),
            amount=amount,
            text=text,
            structured=structured,
            end_to_end_id=end_to_end_id,
            mandate_id=mandate_id,
            payer_name=payer_name,
            payer_iban=iban,
        )
