"""Account numbers that pass every check: Dutch mostly, some German and Polish (ISO 13616)."""

from __future__ import annotations

from functools import cache

from tests.evaluation.dice import Dice

_DUTCH_BANKS = ("INGB", "RABO", "ABNA", "SNSB", "ASNB", "TRIO", "KNAB", "BUNQ", "RBRB")
_GERMAN_BANKS = ("37040044", "50070010", "10020890", "70150000")
_POLISH_BANKS = ("10901014", "11402004", "10205558")


def iban(dice: Dice, country: str = "NL") -> str:
    if country == "DE":
        return _checked("DE", dice.pick(_GERMAN_BANKS) + dice.digits(10))
    if country == "PL":
        return _checked("PL", dice.pick(_POLISH_BANKS) + dice.digits(16))
    return _checked("NL", dice.pick(_DUTCH_BANKS) + "0" + dice.digits(9))


def _checked(country: str, account: str) -> str:
    letters = account[:4] if country == "NL" else ""
    number = _spelled(letters) + account[len(letters) :] + _spelled(country) + "00"
    return f"{country}{98 - int(number) % 97:02}{account}"


@cache
def _spelled(letters: str) -> str:
    return "".join(str(int(letter, 36)) for letter in letters)
