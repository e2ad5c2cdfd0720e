"""The careful clerk without a telephone: could these facts be anybody else's?

Every answer is computed from the whole world. What an engine reads into a line plays no part: the
generator knows what was written and asks here who else could be meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from tests.evaluation.names import Person, initials_shown
from tests.evaluation.records import Bill, Debtor, PastPayment, Remembered

_BILLS_TOGETHER_MOST = 5
_WHOLE_LENGTHS = (11, 16)
"""Of an invoice number and of a betalingskenmerk."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What else stands on a line beside a damaged number."""

    amount: int
    payer: Person | None = None
    iban: str | None = None


class Clerk:
    """The world by what a clerk would look up."""

    def __init__(
        self,
        debtors: Sequence[Debtor],
        people: Sequence[Person],
        bills: Iterable[Bill],
        remembered: Iterable[Remembered],
        past_payments: Iterable[PastPayment],
    ) -> None:
        self._person: dict[UUID, Person] = {}
        self._initials: dict[UUID, str] = {}
        """As far as billing knows them."""
        self._by_surname: dict[str, list[UUID]] = {}
        self._by_account: dict[str, set[UUID]] = {}
        for debtor, person in zip(debtors, people, strict=True):
            self._person[debtor.customer_id] = person
            self._initials[debtor.customer_id] = initials_shown(debtor.name, person)
            self._by_surname.setdefault(person.surname_key, []).append(debtor.customer_id)
            for iban in debtor.ibans:
                self._by_account.setdefault(iban, set()).add(debtor.customer_id)
        for taught in remembered:
            self._by_account.setdefault(taught.iban, set()).update(taught.customer_ids)
        for past in past_payments:
            self._by_account.setdefault(past.iban, set()).add(past.customer_id)
        self._able: dict[str, dict[int, set[UUID]]] = {}
        self._by_number: dict[int, Bill] = {}
        self._open_of: dict[UUID, list[Bill]] = {}
        for bill in bills:
            self._by_number[int(bill.number)] = bill
            if bill.status == "open":
                self._open_of.setdefault(bill.customer_id, []).append(bill)

    def customers_of_account(self, iban: str) -> set[UUID]:
        return self._by_account.get(iban, set())

    def only_way(self, candidates: Iterable[UUID], customer_id: UUID, amount: int) -> bool:
        """Of the candidates this customer alone makes the amount of whole claims, in one way.

        Twins, equal claims of one customer, count as one way: the law takes the oldest
        (BW 6:43 lid 2).
        """
        ways = {
            (candidate, together)
            for candidate in candidates
            for together in self._sums(candidate)
            if sum(together) == amount
        }
        return {customer for customer, _ in ways} == {customer_id} and len(ways) == 1

    def _sums(self, customer_id: UUID) -> Iterator[tuple[int, ...]]:
        """One claim, or several together, of a customer."""
        claims = sorted(bill.open for bill in self._open_of.get(customer_id, ()))
        for count in range(1, min(len(claims), _BILLS_TOGETHER_MOST) + 1):
            yield from combinations(claims, count)

    def name_tells(self, shown: str, who: Person, customer_id: UUID, amount: int) -> bool:
        """A name as it is written can only mean this customer.

        The initials do not contradict, nobody else of the surname can owe the amount, and either
        two initials agree or nobody else bears the surname: strangers pay too, and there are more
        of them than customers.
        """
        written, billed = initials_shown(shown, who), self._initials[customer_id]
        agreeing = min(len(written), len(billed))
        if written[:agreeing] != billed[:agreeing]:
            return False
        rare = agreeing >= 2 or len(self._by_surname[who.surname_key]) == 1
        return rare and self._able_of_surname(who.surname_key).get(amount) == {customer_id}

    def _able_of_surname(self, surname_key: str) -> dict[int, set[UUID]]:
        """Who of a name can owe which amount; kept, as a common name is asked for often."""
        if surname_key not in self._able:
            able: dict[int, set[UUID]] = {}
            for customer_id in self._by_surname.get(surname_key, ()):
                for together in self._sums(customer_id):
                    able.setdefault(sum(together), set()).add(customer_id)
            self._able[surname_key] = able
        return self._able[surname_key]

    def slip_tells(self, written: str, bill: Bill, seen: Seen) -> bool:
        """A damaged reference still means `bill` and nothing else.

        Of amount, account and surname at least two speak for it, and fewer for every other bill
        within one slip of what was written; none at all for one whose number stands there whole:
        the payer may have meant just that one.
        """
        return self._stands_out(bill, self._within_one_slip(written), seen) and not any(
            self._speaking_for(named, seen) for named in self._named(written) if named != bill
        )

    def rf_slip_tells(self, number: str, bill: Bill, seen: Seen) -> bool:
        """The same for the number in an RF reference: what fails its check names nobody."""
        return self._stands_out(bill, self._within_one_slip(number), seen)

    def cut_tells(self, written: str, bill: Bill, seen: Seen, *, at_end: bool) -> bool:
        """The same for a reference of which an end is missing."""
        rivals = self._beginning_with(written) if at_end else self._ending_with(written)
        return self._stands_out(bill, rivals, seen)

    def _stands_out(self, bill: Bill, rivals: Iterable[Bill], seen: Seen) -> bool:
        own = self._speaking_for(bill, seen)
        return own >= 2 and all(
            self._speaking_for(rival, seen) < own for rival in rivals if rival != bill
        )

    def _named(self, digits: str) -> list[Bill]:
        """The bill whose reference or number this is, if it is one's."""
        bill = self._by_number.get(int(digits[-11:]))
        return [bill] if bill and digits in (bill.payment_reference, bill.number) else []

    def _speaking_for(self, bill: Bill, seen: Seen) -> int:
        fits = bill.status == "open" and bill.open == seen.amount
        account = seen.iban is not None and bill.customer_id in self.customers_of_account(seen.iban)
        person = self._person[bill.customer_id]
        name = seen.payer is not None and seen.payer.surname_key == person.surname_key
        return fits + account + name

    def _within_one_slip(self, written: str) -> Iterator[Bill]:
        for digits in one_slip_from(written):
            yield from self._named(digits)

    def _beginning_with(self, written: str) -> Iterator[Bill]:
        lost = 16 - len(written)
        for end in range(10**lost):
            bill = self._by_number.get(int(f"{written}{end:0{lost}}"[1:]))
            if bill and bill.payment_reference.startswith(written):
                yield bill

    def _ending_with(self, written: str) -> Iterator[Bill]:
        for year in (2025, 2026):
            number = f"{year}0000000"[: 11 - len(written)] + written[-11:]
            bill = self._by_number.get(int(number[-11:]))
            if bill and bill.payment_reference.endswith(written):
                yield bill


def one_slip_from(written: str) -> Iterator[str]:
    """Whole references and numbers that may have been meant: a digit is another, too many or too
    few, or two neighbours are exchanged."""
    places = range(len(written))
    if len(written) in _WHOLE_LENGTHS:
        yield written
        for at in places:
            before, digit, after = written[:at], written[at], written[at + 1 :]
            yield from (before + other + after for other in "0123456789" if other != digit)
            if after and after[0] != digit:
                yield before + after[0] + digit + after[1:]
    if len(written) - 1 in _WHOLE_LENGTHS:
        yield from (written[:at] + written[at + 1 :] for at in places)
    if len(written) + 1 in _WHOLE_LENGTHS:
        for at in range(len(written) + 1):
            yield from (written[:at] + other + written[at:] for other in "0123456789")
