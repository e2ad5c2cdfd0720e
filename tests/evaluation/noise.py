"""What fingers, forms and bank files do to a text, drawn without regard to who will read it."""

from __future__ import annotations

from tests.evaluation.dice import Dice

_LOOKS_LIKE = {"0": "Oo", "1": "Il", "5": "S", "8": "B", "2": "Z", "6": "G"}
_GROUPS = {16: (4, 4, 4, 4), 11: (4, 3, 4), 15: (4, 4, 4, 3)}
_WRAP_WIDTHS = (27, 32, 35, 65)


def transposed(dice: Dice, digits: str) -> str:
    """Two neighbours that differ, exchanged."""
    places = [at for at in range(len(digits) - 1) if digits[at] != digits[at + 1]]
    at = dice.pick(places)
    return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]


def missing(dice: Dice, digits: str) -> str:
    at = dice.between(0, len(digits) - 1)
    return digits[:at] + digits[at + 1 :]


def doubled(dice: Dice, digits: str) -> str:
    at = dice.between(0, len(digits) - 1)
    return digits[: at + 1] + digits[at:]


def mistyped(dice: Dice, digits: str) -> str:
    """One digit replaced by another."""
    at = dice.between(0, len(digits) - 1)
    return with_digit(digits, at, dice.between(1, 9))


def with_digit(digits: str, at: int, step: int) -> str:
    """The digit at `at` moved on by `step`, round from nine to nought."""
    return f"{digits[:at]}{(int(digits[at]) + step) % 10}{digits[at + 1 :]}"


def letters_for_digits(dice: Dice, digits: str) -> str:
    """One to three digits typed or scanned as the letters they look like; at least one."""
    places = [at for at, digit in enumerate(digits) if digit in _LOOKS_LIKE]
    written = list(digits)
    for at in dice.sample(places, min(len(places), dice.between(1, 3))):
        written[at] = dice.pick(_LOOKS_LIKE[digits[at]])
    return "".join(written)


def grouped(dice: Dice, reference: str) -> str:
    """Broken up as printed on the bill, or as people like it."""
    mark = dice.pick((" ", " ", " ", ".", "-", "  "))
    parts, at = [], 0
    for size in _GROUPS.get(len(reference), (4,) * 6):
        parts.append(reference[at : at + size])
        at += size
    return mark.join(part for part in parts if part)


def wrapped(dice: Dice, text: str) -> str:
    """Cut into the lines of an old bank file, in the middle of words and numbers."""
    width = dice.pick(_WRAP_WIDTHS)
    mark = dice.pick(("\n", " ", "\r\n"))
    return mark.join(text[at : at + width] for at in range(0, len(text), width))


def broken_inside(dice: Dice, text: str, part: str) -> str:
    """The text with a line break in the middle of `part`."""
    at = text.index(part) + dice.between(3, len(part) - 3)
    return text[:at] + dice.pick(("\n", " ", "\r\n")) + text[at:]


def cased(dice: Dice, text: str) -> str:
    throw = dice.random()
    return text.upper() if throw < 0.25 else text.lower() if throw < 0.45 else text


def amount_transposed(dice: Dice, amount: int) -> int:
    """Two neighbouring digits exchanged (12,34 becomes 13,24); the same length, another amount."""
    digits = str(amount)
    swaps = [
        int(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :])
        for at in range(len(digits) - 1)
        if digits[at] != digits[at + 1] and not (at == 0 and digits[1] == "0")
    ]
    return dice.pick(swaps) if swaps else amount + 9
