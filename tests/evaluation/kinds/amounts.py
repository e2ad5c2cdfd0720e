"""Lines whose amount is not that of one bill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.evaluation import noise
from tests.evaluation.kinds import words
from tests.evaluation.kinds.references import paid_in_full
from tests.evaluation.kinds.telling import kind
from tests.evaluation.records import Bill, Instalment, Shares
from tests.evaluation.stage import Draft, Party, Stage, never, sure


def filled(bills: Sequence[Bill], amount: int) -> Shares:
    """The amount over the bills, oldest first (BW 6:43 lid 2); what is over stays over."""
    shares = []
    for bill in sorted(bills, key=lambda bill: (bill.due_on, bill.number)):
        part = min(amount, bill.open)
        if part > 0:
            shares.append((bill.invoice_id, part))
            amount -= part
    return tuple(shares)


def _referenced(stage: Stage, party: Party, bill: Bill, amount: int) -> Draft:
    """Another amount than is open, with the whole reference: as much as fits is the bill's."""
    dice = stage.dice
    structured = bill.payment_reference if dice.happens(0.5) else None
    text = "" if structured else words.with_reference(dice, bill.payment_reference)
    line = stage.line(amount, text=text, payer=party.person, iban=party.iban, structured=structured)
    return Draft(line=line, customer_id=party.id, shares=filled([bill], amount), decidable=sure)


@kind(300)
def amount_digits_transposed(stage: Stage) -> Sequence[Draft]:
    """The right reference, two digits of the amount exchanged (12,34 paid as 13,24).

    Decidable: the reference names the bill, it is paid in part, or more than paid.
    """
    party, bill = stage.owing(known=stage.dice.happens(0.7))
    return [_referenced(stage, party, bill, noise.amount_transposed(stage.dice, bill.open))]


@kind(400)
def amount_rounded(stage: Stage) -> Sequence[Draft]:
    """The right reference, the amount rounded to whole euros, fives or tens.

    Decidable: the reference names the bill, it is paid in part, or more than paid.
    """
    dice = stage.dice
    party = stage.party(known=dice.happens(0.7))
    bill = stage.bill(party, amount=party.price + dice.between(1, 99))
    step = dice.pick((100, 100, 500, 1000))
    rounded = (bill.open + dice.pick((0, step // 2, step - 1))) // step * step
    return [_referenced(stage, party, bill, rounded)]


@kind(300)
def small_difference(stage: Stage) -> Sequence[Draft]:
    """The right reference, up to five cents too little or too much.

    Decidable: the reference names the bill, it is paid in part, or more than paid.
    """
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    difference = dice.between(1, 5) * dice.pick((-1, 1))
    return [_referenced(stage, party, bill, bill.open + difference)]


@kind(800)
def part_payment(stage: Stage) -> Sequence[Draft]:
    """The right reference and a round part of the bill: always decidable."""
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    part = max(bill.open * dice.between(2, 7) // 1000 * 100, 500)
    return [_referenced(stage, party, bill, part)]


@kind(400)
def bill_with_costs(stage: Stage) -> Sequence[Draft]:
    """The whole of a bill that has collection costs and interest on it: always decidable."""
    party = stage.party(known=stage.dice.happens(0.7))
    bill = stage.bill(party, quarters_ago=1, costs=4_000 + stage.dice.between(0, 300))
    return [_referenced(stage, party, bill, bill.open)]


@kind(250)
def bill_without_its_costs(stage: Stage) -> Sequence[Draft]:
    """The principal alone, with the reference: decidable, the bill is paid in part (BW 6:44)."""
    party = stage.party(known=stage.dice.happens(0.7))
    bill = stage.bill(party, quarters_ago=1, costs=4_000 + stage.dice.between(0, 300))
    return [_referenced(stage, party, bill, bill.total)]


@kind(900)
def several_bills_from_known_account(stage: Stage) -> Sequence[Draft]:
    """Everything that is open, in one sum, without a reference, from a known account.

    Decidable when the amount is made by this account's customers' whole claims in one way.
    """
    dice = stage.dice
    party = stage.party()
    bills = [stage.bill(party, quarters_ago=ago) for ago in range(dice.between(2, 4))]
    amount = sum(bill.open for bill in bills)
    text = dice.pick(("openstaande rekeningen", "alles in 1x", "achterstand water", ""))
    return [
        Draft(
            line=stage.line(amount, text=text, payer=party.person, iban=party.iban),
            customer_id=party.id,
            shares=filled(bills, amount),
            decidable=lambda clerk: clerk.only_way(
                clerk.customers_of_account(party.iban), party.id, amount
            ),
        )
    ]


@kind(350)
def some_bills_from_known_account(stage: Stage) -> Sequence[Draft]:
    """Two of three to five open bills in one sum, without a reference, from a known account.

    Decidable when the amount is made by this account's customers' whole claims in one way. Equal
    claims count as one way: the oldest are taken, another of them is as right.
    """
    dice = stage.dice
    party = stage.party()
    count = dice.between(3, 5)
    # Meter readings differ from quarter to quarter even where advances do not.
    bills = [
        stage.bill(party, quarters_ago=ago, amount=party.price + dice.pick((0, 0, 115, 230, 345)))
        for ago in range(count)
    ]
    meant = dice.sample(bills, 2)
    amount = sum(bill.open for bill in meant)
    ways = _pairs_like(bills, meant)
    return [
        Draft(
            line=stage.line(amount, text=words.vague(dice), payer=party.person, iban=party.iban),
            customer_id=party.id,
            shares=ways[0],
            alternatives=tuple(ways[1:]),
            decidable=lambda clerk: clerk.only_way(
                clerk.customers_of_account(party.iban), party.id, amount
            ),
        )
    ]


def _pairs_like(bills: Sequence[Bill], meant: Sequence[Bill]) -> list[Shares]:
    """All pairs with the same two amounts, the oldest first."""
    wanted = sorted(bill.open for bill in meant)
    oldest_first = sorted(bills, key=lambda bill: bill.due_on)
    return [
        ((first.invoice_id, first.open), (second.invoice_id, second.open))
        for at, first in enumerate(oldest_first)
        for second in oldest_first[at + 1 :]
        if sorted((first.open, second.open)) == wanted
    ]


@kind(1_500)
def instalment(stage: Stage) -> Sequence[Draft]:
    """The next instalment of an arrangement, named as such or with the customer number.

    Decidable when it says `termijn` or names the customer number: account and amount then agree
    with the arrangement. It fills the arrangement's oldest bill first.
    """
    dice = stage.dice
    party = stage.party()
    bills = [stage.bill(party, quarters_ago=ago) for ago in range(dice.between(1, 3))]
    owed = sum(bill.open for bill in bills)
    count = dice.between(3, 8)
    amount = owed // count
    invoice_ids = tuple(bill.invoice_id for bill in bills)
    stage.instalments.extend(
        Instalment(
            customer_id=party.id,
            due_on=date(2026, month, 27),
            amount=amount,
            invoice_ids=invoice_ids,
        )
        for month in (7, 8)
    )
    named = dice.happens(0.8)
    text = words.vague(dice)
    if named:
        text = dice.pick(("termijn 1 betalingsregeling", "Termijn juli", "regeling, 1e termijn"))
        if dice.happens(0.5):
            text = f"{text} {words.with_customer_number(dice, party.debtor.number)}"
    return [
        Draft(
            line=stage.line(amount, text=text, payer=party.person, iban=party.iban),
            customer_id=party.id,
            shares=filled(bills, amount),
            decidable=sure if named else never,
        )
    ]


@kind(300)
def paid_twice(stage: Stage) -> Sequence[Draft]:
    """The same bill paid again after two days, nothing else owed.

    The first is decidable, the second not: it stays the customer's. An engine that posts the
    second and queues the first has done no harm.
    """
    party, bill = stage.owing(known=stage.dice.happens(0.7))
    first = paid_in_full(stage, party, bill, "", structured=bill.payment_reference)
    again = stage.line(
        bill.open,
        structured=bill.payment_reference,
        payer=party.person,
        iban=party.iban,
        days_later=2,
    )
    return [
        first,
        Draft(line=again, customer_id=party.id, alternatives=(first.shares,), decidable=never),
    ]


@kind(100)
def same_amount_twice_a_day(stage: Stage) -> Sequence[Draft]:
    """Two open bills of the same amount, paid by two equal lines on one day from a known account.

    Decidable: whichever line pays whichever bill, both are paid.
    """
    dice = stage.dice
    party = stage.party()
    older = stage.bill(party, quarters_ago=1, amount=party.price)
    newer = stage.bill(party, amount=party.price)
    text = dice.pick(("water", "waterrekening", "nota's"))
    pays_older = ((older.invoice_id, older.open),)
    pays_newer = ((newer.invoice_id, newer.open),)
    return [
        Draft(
            line=stage.line(party.price, text=text, payer=party.person, iban=party.iban),
            customer_id=party.id,
            shares=pays,
            alternatives=(other,),
            decidable=lambda clerk: clerk.only_way(
                clerk.customers_of_account(party.iban), party.id, party.price
            ),
        )
        for pays, other in ((pays_older, pays_newer), (pays_newer, pays_older))
    ]


@kind(250)
def paid_in_advance(stage: Stage) -> Sequence[Draft]:
    """Money for a bill that is not issued yet, from a known account with everything settled.

    Not decidable: whose it is may be clear, but there is no claim to post it to.
    """
    dice = stage.dice
    party = stage.party()
    stage.bill(party, status="settled")
    text = dice.pick(("voorschot 4e kwartaal", "water vooruit", "kw4 alvast"))
    line = stage.line(party.price, text=text, payer=party.person, iban=party.iban)
    return [Draft(line=line, customer_id=party.id, decidable=never)]
