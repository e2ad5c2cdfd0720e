"""Lines whose reference or number was damaged by fingers, scanners or forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.evaluation import noise
from tests.evaluation.clerk import Clerk, Seen
from tests.evaluation.dice import Dice
from tests.evaluation.kinds import words
from tests.evaluation.kinds.telling import kind
from tests.evaluation.records import Bill
from tests.evaluation.stage import Draft, Party, Stage


def _damaged(
    stage: Stage,
    party: Party,
    bill: Bill,
    text: str,
    judge: Callable[[Clerk, Seen], bool],
) -> Draft:
    """A whole payment with a damaged text; some banks give no account, some no name."""
    dice = stage.dice
    payer = party.person if dice.happens(0.93) else None
    iban = party.iban if dice.happens(0.93) else None
    seen = Seen(bill.open, payer, iban)
    return Draft(
        line=stage.line(bill.open, text=text, payer=payer, iban=iban),
        customer_id=party.id,
        shares=((bill.invoice_id, bill.open),),
        decidable=lambda clerk: judge(clerk, seen),
    )


def _one_slip(stage: Stage, slip: Callable[[Dice, str], str]) -> Sequence[Draft]:
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    written = slip(dice, bill.payment_reference)
    shown = noise.grouped(dice, written) if dice.happens(0.3) else written
    return [
        _damaged(
            stage,
            party,
            bill,
            words.with_reference(dice, shown),
            lambda clerk, seen: clerk.slip_tells(written, bill, seen),
        )
    ]


@kind(150)
def reference_transposed(stage: Stage) -> Sequence[Draft]:
    """Two neighbouring digits of the reference exchanged.

    Decidable when two of amount, account and surname speak for the bill, and for no other bill
    within one slip as many.
    """
    return _one_slip(stage, noise.transposed)


@kind(120)
def reference_digit_missing(stage: Stage) -> Sequence[Draft]:
    """A digit of the reference left out. Decidable as for exchanged digits."""
    return _one_slip(stage, noise.missing)


@kind(60)
def reference_digit_doubled(stage: Stage) -> Sequence[Draft]:
    """A digit of the reference typed twice. Decidable as for exchanged digits."""
    return _one_slip(stage, noise.doubled)


@kind(150)
def reference_digit_wrong(stage: Stage) -> Sequence[Draft]:
    """A digit of the reference replaced by another. Decidable as for exchanged digits."""
    return _one_slip(stage, noise.mistyped)


@kind(50)
def rf_digit_wrong(stage: Stage) -> Sequence[Draft]:
    """A wrong digit behind the letters of an RF reference, whose check digits then fail.

    What is left may be somebody else's invoice number. Decidable as for exchanged digits.
    """
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    written = noise.mistyped(dice, bill.rf_reference[2:])
    shown = f"{dice.pick(('RF', 'rf', 'RF '))}{written}"
    return [
        _damaged(
            stage,
            party,
            bill,
            words.with_reference(dice, shown),
            lambda clerk, seen: clerk.rf_slip_tells(written[2:], bill, seen),
        )
    ]


@kind(80)
def reference_letters_for_digits(stage: Stage) -> Sequence[Draft]:
    """O for 0, I for 1, S for 5, B for 8: always decidable, read back the check digit holds."""
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    written = noise.letters_for_digits(dice, bill.payment_reference)
    shown = noise.grouped(dice, written) if dice.happens(0.4) else written
    text = words.with_reference(dice, shown)
    return [_damaged(stage, party, bill, text, lambda clerk, seen: True)]


@kind(100)
def reference_cut_at_end(stage: Stage) -> Sequence[Draft]:
    """One to three digits missing at the end: the text field was full.

    Decidable when two of amount, account and surname speak for the bill, and for no other bill
    of this beginning as many.
    """
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    written = bill.payment_reference[: -dice.between(1, 3)]
    text = words.with_reference(dice, "{}").split("{}")[0] + written
    return [
        _damaged(
            stage,
            party,
            bill,
            text,
            lambda clerk, seen: clerk.cut_tells(written, bill, seen, at_end=True),
        )
    ]


@kind(60)
def reference_cut_at_beginning(stage: Stage) -> Sequence[Draft]:
    """One to eight digits missing at the beginning.

    Decidable when two of amount, account and surname speak for the bill, and for no other bill
    of this ending as many.
    """
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    written = bill.payment_reference[dice.between(1, 8) :]
    text = f"{written} {words.vague(dice)}".strip()
    return [
        _damaged(
            stage,
            party,
            bill,
            text,
            lambda clerk, seen: clerk.cut_tells(written, bill, seen, at_end=False),
        )
    ]


@kind(120)
def invoice_number_digit_wrong(stage: Stage) -> Sequence[Draft]:
    """One wrong digit in the invoice number: it has no check digit, and neighbours are taken.

    Decidable when two of amount, account and surname speak for the bill, and for no other bill
    within one slip as many.
    """
    dice = stage.dice
    party, bill = stage.owing(known=dice.happens(0.7))
    written = noise.mistyped(dice, bill.number)
    return [
        _damaged(
            stage,
            party,
            bill,
            words.with_invoice(dice, written),
            lambda clerk, seen: clerk.slip_tells(written, bill, seen),
        )
    ]


@kind(15)
def slip_hits_another_number(stage: Stage) -> Sequence[Draft]:
    """The slip makes another customer's valid invoice number.

    Decidable when at least two of amount, account and surname speak for the payer's own bill, and
    none for the one whose number stands there.
    """
    dice = stage.dice
    other, (party, bill) = _neighbours(stage)
    written = other.number
    return [
        _damaged(
            stage,
            party,
            bill,
            words.with_invoice(dice, written),
            lambda clerk, seen: clerk.slip_tells(written, bill, seen),
        )
    ]


@kind(15)
def tail_is_another_number(stage: Stage) -> Sequence[Draft]:
    """A mistyped betalingskenmerk whose last eleven digits are another customer's invoice number.

    The check digit stayed that of the bill meant, and fails. Decidable as for exchanged digits.
    """
    dice = stage.dice
    other, (party, bill) = _neighbours(stage)
    while bill.payment_reference[0] == other.payment_reference[0]:
        other, (party, bill) = _neighbours(stage)
    written = bill.payment_reference[:5] + other.number
    return [
        _damaged(
            stage,
            party,
            bill,
            words.with_reference(dice, written),
            lambda clerk, seen: clerk.slip_tells(written, bill, seen),
        )
    ]


def _neighbours(stage: Stage) -> tuple[Bill, tuple[Party, Bill]]:
    """Two customers' bills whose numbers differ in one digit: most that follow each other do."""
    _, other = stage.owing()
    while True:
        party, bill = stage.owing()
        if sum(a != b for a, b in zip(bill.number, other.number, strict=True)) == 1:
            return other, (party, bill)
        other = bill
