"""Lines known by who pays: an account, a name, somebody who pays for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from tests.evaluation import names
from tests.evaluation.accounts import iban as make_iban
from tests.evaluation.clerk import Clerk
from tests.evaluation.kinds import words
from tests.evaluation.kinds.amounts import filled
from tests.evaluation.kinds.telling import kind
from tests.evaluation.names import Person, plain
from tests.evaluation.noise import wrapped
from tests.evaluation.records import Bill, PastPayment, Remembered
from tests.evaluation.stage import Draft, Party, Stage, never, sure

Judge = Callable[[Clerk], bool]


def _account_owes_it_alone(iban: str, party: Party, amount: int) -> Judge:
    return lambda clerk: clerk.only_way(clerk.customers_of_account(iban), party.id, amount)


def _name_tells(shown: str, party: Party, bill: Bill) -> Judge:
    return lambda clerk: clerk.name_tells(shown, party.person, party.id, bill.open)


def _one_bill(
    stage: Stage,
    party: Party,
    bill: Bill,
    judge: Judge,
    *,
    text: str = "",
    payer: Person | None = None,
    payer_name: str | None = None,
    iban: str | None = None,
) -> Draft:
    return Draft(
        line=stage.line(bill.open, text=text, payer=payer, payer_name=payer_name, iban=iban),
        customer_id=party.id,
        shares=((bill.invoice_id, bill.open),),
        decidable=judge,
    )


@kind(3_000)
def known_account_exact(stage: Stage) -> Sequence[Draft]:
    """A known account and the amount of a bill, nothing said.

    Decidable when the amount is made by this account's customers' whole claims in one way.
    """
    party, bill = stage.owing()
    judge = _account_owes_it_alone(party.iban, party, bill.open)
    return [
        _one_bill(
            stage,
            party,
            bill,
            judge,
            text=words.vague(stage.dice),
            payer=party.person,
            iban=party.iban,
        )
    ]


@kind(100)
def known_account_oddly_written(stage: Stage) -> Sequence[Draft]:
    """A known account that the bank writes in lower case or with spaces, the amount of a bill.

    Decidable when the amount is made by this account's customers' whole claims in one way.
    """
    draft = known_account_exact(stage)[0]
    account = draft.line.payer_iban or ""
    spaced = " ".join(account[at : at + 4] for at in range(0, len(account), 4))
    written = stage.dice.pick((spaced, account.lower(), spaced.lower()))
    return [replace(draft, line=replace(draft.line, payer_iban=written))]


@kind(500)
def account_from_history(stage: Stage) -> Sequence[Draft]:
    """An account that billing has not on file but that paid for this customer before.

    Decidable when the amount is made by this account's customers' whole claims in one way.
    """
    dice = stage.dice
    party = stage.party(known=False)
    for quarters_ago in (2, 1):
        old = stage.bill(party, quarters_ago=quarters_ago, status="settled")
        stage.past_payments.append(
            PastPayment(
                iban=party.iban,
                customer_id=party.id,
                amount=old.total,
                paid_on=old.due_on - timedelta(days=dice.between(0, 9)),
            )
        )
    bill = stage.bill(party)
    judge = _account_owes_it_alone(party.iban, party, bill.open)
    return [
        _one_bill(
            stage,
            party,
            bill,
            judge,
            text=words.vague(dice),
            payer=party.person,
            iban=party.iban,
        )
    ]


@kind(400)
def known_account_other_amount(stage: Stage) -> Sequence[Draft]:
    """A known account, an amount that no claim has, and nothing said.

    Not decidable: nothing on the line says which claim, or why the amount differs.
    """
    dice = stage.dice
    party, bill = stage.owing()
    amount = max(bill.open - dice.between(300, 2_500), 250)
    line = stage.line(amount, text=words.vague(dice), payer=party.person, iban=party.iban)
    shares = filled([bill], amount)
    return [Draft(line=line, customer_id=party.id, shares=shares, decidable=never)]


@kind(300)
def account_of_a_household(stage: Stage) -> Sequence[Draft]:
    """An account known for two customers of one household, the amount of one bill.

    Decidable when only one of the two can owe this amount.
    """
    dice = stage.dice
    first = stage.party()
    first_bill = stage.bill(first)
    second = stage.party(person=names.relative(dice, first.person), account=first.iban)
    second_bill = stage.bill(second)
    party, bill = dice.pick(((first, first_bill), (second, second_bill)))
    judge = _account_owes_it_alone(first.iban, party, bill.open)
    return [
        _one_bill(
            stage,
            party,
            bill,
            judge,
            text=words.vague(dice),
            payer=first.person,
            iban=first.iban,
        )
    ]


@kind(700)
def partner_of_the_same_surname(stage: Stage) -> Sequence[Draft]:
    """A partner's unknown account, the amount of a bill; some name the customer.

    Decidable when the text names the customer, as by name and amount. The partner's own name
    alone decides nothing: the initials differ.
    """
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.5))
    partner = names.relative(dice, party.person)
    text = words.vague(dice)
    judge: Judge = never
    if dice.happens(0.6):
        signed = _signed(stage, party.person)
        text = f"{dice.pick(('rekening', 'namens', 'water', 'voor'))} {signed}"
        judge = _name_tells(signed, party, bill)
    return [_one_bill(stage, party, bill, judge, text=text, payer=partner, iban=make_iban(dice))]


@kind(700)
def remembered_partner(stage: Stage) -> Sequence[Draft]:
    """Somebody of another surname, whom a clerk has taught us to know.

    Decidable when the amount is made by that account's customers' whole claims in one way.
    """
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.5))
    account = make_iban(dice)
    stage.remembered.append(Remembered(iban=account, customer_ids=(party.id,)))
    partner = names.stranger_to(dice, party.person)
    judge = _account_owes_it_alone(account, party, bill.open)
    return [
        _one_bill(stage, party, bill, judge, text=words.vague(dice), payer=partner, iban=account)
    ]


def _signed(stage: Stage, who: Person) -> str:
    """As one names somebody in a message: initials or first name, and the surname."""
    if stage.dice.happens(0.3):
        return f"{who.first_name} {who.full_surname}"
    return f"{who.dotted} {who.full_surname}"


def _clients(stage: Stage, count: int, account: str) -> list[tuple[Party, Bill]]:
    """People whose bills one account pays, which a clerk has taught us."""
    clients = [stage.owing(known=False) for _ in range(count)]
    customer_ids = tuple(party.id for party, _ in clients)
    stage.remembered.append(Remembered(iban=account, customer_ids=customer_ids))
    return clients


def _named_client(stage: Stage, payer_name: str, sentence: str) -> Draft:
    """One of many clients, named in the text, to the cent.

    Another client of the surname who owes as much leaves a doubt.
    """
    dice = stage.dice
    account = make_iban(dice)
    clients = _clients(stage, dice.between(4, 14), account)
    party, bill = dice.pick(clients)
    text = sentence.format(_signed(stage, party.person))
    rivals = [
        other
        for other, claim in clients
        if other.person.surname_key == party.person.surname_key and claim.open == bill.open
    ]
    judge = sure if rivals == [party] else never
    return _one_bill(stage, party, bill, judge, text=text, payer_name=payer_name, iban=account)


@kind(200)
def employer_for_one(stage: Stage) -> Sequence[Draft]:
    """An employer pays from wages for one employee, whose name the text gives.

    Decidable unless another of those this account pays for bears the surname and owes as much.
    """
    return [_named_client(stage, names.company(stage.dice), "inhouding loon {} water")]


@kind(600)
def administrator_for_one(stage: Stage) -> Sequence[Draft]:
    """An administrator (bewindvoerder) pays one client's bill and names the client.

    Decidable unless another of those this account pays for bears the surname and owes as much.
    """
    office = names.administration_office(stage.dice)
    return [_named_client(stage, office, stage.dice.pick(("Inz. {}", "{}", "inzake {} water")))]


@kind(150)
def administrator_for_many(stage: Stage) -> Sequence[Draft]:
    """An administrator pays several clients' bills in one sum.

    Decidable when the text lists the invoice numbers; the sum alone could be other clients'.
    """
    dice = stage.dice
    account = make_iban(dice)
    clients = _clients(stage, dice.between(6, 12), account)
    paid = [bill for _, bill in dice.sample(clients, dice.between(2, 4))]
    listed = dice.happens(0.7)
    text = "diverse clienten"
    if listed:
        text = dice.pick((" ", ", ", " / ")).join(bill.number for bill in paid)
    line = stage.line(
        sum(bill.open for bill in paid),
        text=text,
        payer_name=names.administration_office(dice),
        iban=account,
    )
    return [
        Draft(
            line=line,
            customer_id=None,
            shares=tuple((bill.invoice_id, bill.open) for bill in paid),
            decidable=sure if listed else never,
        )
    ]


@kind(200)
def landlord_with_many_bills(stage: Stage) -> Sequence[Draft]:
    """A landlord with a bill per house pays some, and lists their numbers: always decidable.

    The bank may have broken its list into lines, in the middle of a number.
    """
    dice = stage.dice
    name = names.company(dice)
    party = stage.party(name=name, known=dice.happens(0.8))
    bills = [stage.bill(party, amount=stage.price()) for _ in range(dice.between(5, 9))]
    paid = dice.sample(bills, dice.between(2, 4))
    text = dice.pick((" ", ", ", " + ")).join(bill.number for bill in paid)
    text = wrapped(dice, text) if dice.happens(0.3) else text
    line = stage.line(
        sum(bill.open for bill in paid), text=text, payer_name=plain(name), iban=party.iban
    )
    shares = tuple((bill.invoice_id, bill.open) for bill in paid)
    return [Draft(line=line, customer_id=party.id, shares=shares, decidable=sure)]


def _by_name(stage: Stage, party: Party, bill: Bill, shown: str) -> Draft:
    """An unknown account, nothing said, and the name as the bank shows it."""
    return _one_bill(
        stage,
        party,
        bill,
        _name_tells(shown, party, bill),
        text=words.vague(stage.dice),
        payer_name=shown,
        iban=make_iban(stage.dice),
    )


@kind(600)
def name_and_amount(stage: Stage) -> Sequence[Draft]:
    """An unknown account, the name, and the amount of a bill.

    Decidable when nobody else of the surname can owe the amount, and either two initials agree
    or nobody else bears the surname: strangers pay too.
    """
    party, bill = stage.owing(known=False)
    return [_by_name(stage, party, bill, names.banked_name(stage.dice, party.person))]


@kind(100)
def name_truncated(stage: Stage) -> Sequence[Draft]:
    """A couple's names, cut at seventy characters. Decidable as name and amount."""
    dice = stage.dice
    who = names.person(dice)
    long = replace(who, surname=f"{who.surname}-{names.person(dice).surname}")
    party, bill = stage.owing(known=False, person=long)
    partner = names.stranger_to(dice, long)
    shown = (
        f"Hr {long.dotted} {long.full_surname} en/of Mw {partner.dotted} {partner.full_surname}"
        f"-{long.full_surname} gezamenlijke huishouding"
    )[:70]
    return [_by_name(stage, party, bill, shown)]


@kind(250)
def name_in_another_order(stage: Stage) -> Sequence[Draft]:
    """Surname first, prefix behind, or with titles. Decidable as name and amount."""
    dice = stage.dice
    party, bill = stage.owing(known=False)
    who = party.person
    shown = dice.pick(
        (
            f"{who.surname}, {who.initials} {who.prefix}",
            f"{who.surname} {who.prefix} {who.dotted}",
            f"{plain(who.surname).upper()} {' '.join(who.initials)} {who.prefix.upper()}",
            f"Dhr {who.full_surname} {who.initials}",
        )
    ).strip()
    return [_by_name(stage, party, bill, shown)]


@kind(150)
def name_without_its_accents(stage: Stage) -> Sequence[Draft]:
    """A name that the bank's alphabet could not hold, or spelt out (ue for ü).

    Decidable as name and amount.
    """
    dice = stage.dice
    who = names.person(dice)
    while plain(who.surname) == who.surname:
        who = names.person(dice)
    party, bill = stage.owing(known=False, person=who)
    spelt_out = str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "Ü": "Ue", "Ö": "Oe"})
    surname = dice.pick((plain(who.full_surname), who.full_surname.translate(spelt_out)))
    return [_by_name(stage, party, bill, f"{who.initials} {plain(surname)}")]
