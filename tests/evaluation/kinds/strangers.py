"""Lines that are nobody's, or that nobody could tell."""

from __future__ import annotations

from collections.abc import Sequence

from shared.references import make_payment_reference
from tests.evaluation import names
from tests.evaluation.accounts import iban as make_iban
from tests.evaluation.kinds import words
from tests.evaluation.kinds.telling import kind
from tests.evaluation.stage import Draft, Stage, never


@kind(150)
def unknown_stranger(stage: Stage) -> Sequence[Draft]:
    """Somebody who is not billed pays what others are billed. Not decidable: it is nobody's."""
    dice = stage.dice
    line = stage.line(
        stage.price(), text=words.vague(dice), payer=names.person(dice), iban=make_iban(dice)
    )
    return [Draft(line=line, customer_id=None, decidable=never)]


@kind(120)
def reference_of_another_company(stage: Stage) -> Sequence[Draft]:
    """A whole betalingskenmerk that another company gave out. Not decidable: nobody's here."""
    dice = stage.dice
    # Others count differently: their numbers do not begin with our years.
    reference = make_payment_reference(dice.between(3 * 10**13, 9 * 10**14))
    structured = reference if dice.happens(0.5) else None
    line = stage.line(
        stage.price(),
        text="" if structured else words.with_reference(dice, reference),
        payer=names.person(dice),
        iban=make_iban(dice),
        structured=structured,
    )
    return [Draft(line=line, customer_id=None, decidable=never)]


@kind(80)
def refund_of_a_supplier(stage: Stage) -> Sequence[Draft]:
    """A supplier pays us back, with its own invoice number. Not decidable: no customer's money."""
    dice = stage.dice
    line = stage.line(
        dice.between(1_000, 250_000),
        text=f"creditfactuur {dice.between(2025, 2026)}{dice.digits(5)} retour",
        payer_name=names.company(dice),
        iban=make_iban(dice),
    )
    return [Draft(line=line, customer_id=None, decidable=never)]


@kind(150)
def nothing_on_it(stage: Stage) -> Sequence[Draft]:
    """A customer pays a bill at a counter: no text, no name, no account. Not decidable."""
    party, bill = stage.owing()
    shares = ((bill.invoice_id, bill.open),)
    return [Draft(line=stage.line(bill.open), customer_id=party.id, shares=shares, decidable=never)]
