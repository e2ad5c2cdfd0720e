"""Lines with a reference or number of ours that a reader can take as it stands."""

from __future__ import annotations

from collections.abc import Sequence

from tests.evaluation import noise
from tests.evaluation.kinds import words
from tests.evaluation.kinds.telling import kind
from tests.evaluation.names import plain
from tests.evaluation.records import Bill
from tests.evaluation.stage import Draft, Party, Stage, never, sure


def paid_in_full(
    stage: Stage, party: Party, bill: Bill, text: str, *, structured: str | None = None
) -> Draft:
    """The customer pays one bill to the cent from its own account, and nothing else is odd."""
    line = stage.line(
        bill.open, text=text, payer=party.person, iban=party.iban, structured=structured
    )
    return Draft(
        line=line,
        customer_id=party.id,
        shares=((bill.invoice_id, bill.open),),
        decidable=sure,
    )


@kind(52_000)
def structured_exact(stage: Stage) -> Sequence[Draft]:
    """The betalingskenmerk in its own field: always decidable (BW 6:43 lid 1)."""
    party, bill = stage.owing(known=stage.dice.happens(0.7))
    return [paid_in_full(stage, party, bill, "", structured=bill.payment_reference)]


@kind(3_000)
def structured_rf(stage: Stage) -> Sequence[Draft]:
    """The ISO 11649 reference in its own field: always decidable."""
    party, bill = stage.owing(known=stage.dice.happens(0.7))
    return [paid_in_full(stage, party, bill, "", structured=bill.rf_reference)]


@kind(9_000)
def reference_in_text(stage: Stage) -> Sequence[Draft]:
    """The betalingskenmerk with spaces or dots in a sentence: always decidable."""
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    written = bill.payment_reference
    written = noise.grouped(dice, written) if dice.happens(0.7) else written
    return [paid_in_full(stage, party, bill, words.with_reference(dice, written))]


@kind(2_500)
def reference_wrapped(stage: Stage) -> Sequence[Draft]:
    """The bank broke the line inside the reference: always decidable, nothing is lost."""
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    text = words.with_reference(dice, bill.payment_reference)
    return [
        paid_in_full(stage, party, bill, noise.broken_inside(dice, text, bill.payment_reference))
    ]


@kind(800)
def rf_in_lower_case(stage: Stage) -> Sequence[Draft]:
    """An RF reference in lower case, often in groups of four: always decidable."""
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    written = bill.rf_reference.lower()
    if dice.happens(0.5):
        written = noise.grouped(dice, written)
    return [paid_in_full(stage, party, bill, words.with_reference(dice, written))]


@kind(5_000)
def invoice_number_in_text(stage: Stage) -> Sequence[Draft]:
    """The invoice number in a sentence and its amount to the cent: always decidable."""
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    number = bill.number
    if dice.happens(0.3):
        number = f"{number[:4]}{dice.pick('-./ ')}{number[4:]}"
    return [paid_in_full(stage, party, bill, words.with_invoice(dice, number))]


@kind(600)
def reference_abroad(stage: Stage) -> Sequence[Draft]:
    """A German, Polish or English sentence around the whole reference: always decidable."""
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.5))
    written = bill.rf_reference if dice.happens(0.5) else bill.payment_reference
    written = noise.grouped(dice, written) if dice.happens(0.5) else written
    return [paid_in_full(stage, party, bill, words.abroad(dice, written))]


@kind(600)
def end_to_end_id_is_ours(stage: Stage) -> Sequence[Draft]:
    """The payment app put our reference into the end-to-end id: decidable, it is whole."""
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.6))
    reference = dice.pick((bill.rf_reference, bill.payment_reference))
    line = stage.line(
        bill.open,
        text=words.vague(dice),
        payer=party.person,
        iban=party.iban,
        end_to_end_id=reference,
    )
    shares = ((bill.invoice_id, bill.open),)
    return [Draft(line=line, customer_id=party.id, shares=shares, decidable=sure)]


@kind(400)
def mandate_named(stage: Stage) -> Sequence[Draft]:
    """The line bears the customer's mandate id.

    Decidable when the amount is made by that customer's whole claims in one way.
    """
    party, bill = stage.owing(mandate=True)
    line = stage.line(
        bill.open,
        text=words.vague(stage.dice),
        payer=party.person,
        iban=party.iban if stage.dice.happens(0.5) else None,
        mandate_id=party.debtor.mandate_ids[0],
    )
    return [
        Draft(
            line=line,
            customer_id=party.id,
            shares=((bill.invoice_id, bill.open),),
            decidable=lambda clerk: clerk.only_way([party.id], party.id, bill.open),
        )
    ]


@kind(2_500)
def customer_number_only(stage: Stage) -> Sequence[Draft]:
    """The customer number and the amount of a bill, no reference.

    Decidable when the amount is made by that customer's whole claims in one way.
    """
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.5))
    if dice.happens(0.3):
        stage.bill(party, quarters_ago=2)
    older = [claim for claim in stage.bills[-2:] if claim.customer_id == party.id]
    # Of equal claims the law takes the oldest; the twin is as right for the customer.
    twins = sorted(
        (claim for claim in older if claim.status == "open" and claim.open == bill.open),
        key=lambda claim: claim.due_on,
    )
    shares = [((twin.invoice_id, bill.open),) for twin in twins]
    draft = paid_in_full(stage, party, bill, words.with_customer_number(dice, party.debtor.number))
    return [
        Draft(
            line=draft.line,
            customer_id=party.id,
            shares=shares[0],
            alternatives=tuple(shares[1:]),
            decidable=lambda clerk: clerk.only_way([party.id], party.id, bill.open),
        )
    ]


@kind(600)
def two_references_with_the_sum(stage: Stage) -> Sequence[Draft]:
    """Two references in one text and the sum of both bills: always decidable."""
    dice = stage.dice
    party = stage.party(known=dice.happens(0.6))
    bills = [stage.bill(party, quarters_ago=1), stage.bill(party)]
    written = [dice.pick((bill.payment_reference, bill.number)) for bill in bills]
    if dice.happens(0.3):
        written.reverse()
    text = words.with_reference(dice, dice.pick((" en ", " + ", ", ", " ")).join(written))
    line = stage.line(
        sum(bill.open for bill in bills), text=text, payer=party.person, iban=party.iban
    )
    shares = tuple((bill.invoice_id, bill.open) for bill in bills)
    return [Draft(line=line, customer_id=party.id, shares=shares, decidable=sure)]


@kind(1_200)
def standing_order_of_last_quarter(stage: Stage) -> Sequence[Draft]:
    """A settled bill's reference with the amount of the new one.

    Decidable: the reference tells the customer, and one open bill has exactly this amount.
    """
    dice = stage.dice
    party = stage.party(known=dice.happens(0.7))
    old = stage.bill(party, quarters_ago=1, status="settled")
    bill = stage.bill(party, amount=old.total)
    written = old.payment_reference
    structured = written if dice.happens(0.6) else None
    text = "" if structured else words.with_reference(dice, written)
    return [paid_in_full(stage, party, bill, text, structured=structured)]


@kind(250)
def settled_bill_again(stage: Stage) -> Sequence[Draft]:
    """The reference of a bill that is settled, credited or written off, and nothing else is owed.

    Not decidable: there is no claim to post it to; it stays the customer's, with a clerk.
    """
    dice = stage.dice
    party = stage.party(known=dice.happens(0.7))
    old = stage.bill(
        party, quarters_ago=1, status=dice.pick(("settled", "settled", "credited", "written_off"))
    )
    line = stage.line(
        old.total, structured=old.payment_reference, payer=party.person, iban=party.iban
    )
    return [Draft(line=line, customer_id=party.id, decidable=never)]


@kind(600)
def someone_elses_reference(stage: Stage) -> Sequence[Draft]:
    """A neighbour's whole reference and amount, from a customer's own account.

    Decidable: the payer names the claim (BW 6:43 lid 1), and anyone may pay for another (6:30).
    """
    dice = stage.dice
    payer, _ = stage.owing()
    party, bill = stage.owing(known=dice.happens(0.5))
    structured = bill.payment_reference if dice.happens(0.5) else None
    text = "" if structured else words.with_reference(dice, bill.payment_reference)
    if dice.happens(0.3):
        text = f"namens {plain(party.person.full_surname)} {text}"
    line = stage.line(
        bill.open, text=text, payer=payer.person, iban=payer.iban, structured=structured
    )
    shares = ((bill.invoice_id, bill.open),)
    return [Draft(line=line, customer_id=party.id, shares=shares, decidable=sure)]
