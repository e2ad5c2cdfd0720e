"""What people write to a water company, with the figures that are no reference among it."""

from __future__ import annotations

from tests.evaluation.dice import Dice
from tests.evaluation.noise import cased

_REFERENCE = (
    "Betalingskenmerk {}", "betalingskenmerk: {}", "Kenmerk {}", "kenm. {}", "{}",
    "Omschrijving: {}", "Betaling waterrekening {}", "Waternota juli, kenmerk {}", "BK {}",
    "Uw kenmerk {} bedankt", "nota 3e kwartaal 2026 kenmerk {}", "betr. {}", "Ref {}",
)  # fmt: skip
_INVOICE = (
    "factuur {}", "Factuurnummer: {}", "fact.nr {}", "FACTUURNR. {}",
    "Betreft factuur {} van 1 juli",
    "nota {} drinkwater", "rekening nr {}", "Betaling van factuurnummer {} dd 01-07-2026",
    "voor het water, factuur {}", "fnr:{}", "fact {} 3e kw",
)  # fmt: skip
_CUSTOMER = (
    "klantnr {}", "Klantnummer: {}", "klant {} waterrekening", "Debiteurnummer {}", "relatienr. {}",
    "water juli klantnummer {}", "debnr {}",
)  # fmt: skip
_FOREIGN_REFERENCE = (
    "Wasserrechnung Referenz {}", "Zahlungsreferenz {} vielen Dank", "Verwendungszweck: {}",
    "opłata za wodę, tytuł {}", "numer płatności {}", "za wode 3 kwartal {}",
    "water bill, payment reference {}", "Payment ref. {} 3rd quarter", "Kunden Ref {} Wasser Juli",
)  # fmt: skip
_VAGUE = (
    "", "water", "waterrekening", "Waterrekening juli", "betaling", "3e kwartaal 2026", "nota",
    "Betaling rekening water", "drinkwater 07-2026", "zie brief", "voldaan", "Waternota",
    "overboeking via app", "NOTPROVIDED", "huur en water", "water kw3",
)  # fmt: skip


def with_reference(dice: Dice, written: str) -> str:
    return _said(dice, _REFERENCE, written)


def with_invoice(dice: Dice, written: str) -> str:
    return _said(dice, _INVOICE, written)


def with_customer_number(dice: Dice, number: str) -> str:
    return _said(dice, _CUSTOMER, number)


def abroad(dice: Dice, written: str) -> str:
    return dice.pick(_FOREIGN_REFERENCE).format(written)


def vague(dice: Dice) -> str:
    """Says nothing that leads anywhere."""
    return cased(dice, dice.pick(_VAGUE))


def _said(dice: Dice, sentences: tuple[str, ...], written: str) -> str:
    """The sentence in any case, some with a remark; what was written stays as it is."""
    before, after = dice.pick(sentences).split("{}")
    if dice.happens(0.15):
        after += _remark(dice)
    return cased(dice, before) + written + cased(dice, after)


def _remark(dice: Dice) -> str:
    """Figures that name nothing of ours, and courtesies."""
    return dice.pick(
        (
            f" meterstand {dice.digits(5)}",
            f" tel 06-{dice.digits(8)}",
            " periode 01-04-2026 t/m 30-06-2026",
            f" polis {dice.digits(9)}",
            f" huisnr {dice.between(1, 400)}",
            " mvg",
            " (2e herinnering)",
            f" {dice.between(1, 28):02}07{dice.pick((2026, 26))}",
        )
    )
