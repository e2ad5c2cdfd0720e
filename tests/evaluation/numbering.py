"""References of bills, made by the million: check digits from tables instead of digit by digit.

`shared.references` is the judge of them; a test lets it check every bill of a world.
"""

from __future__ import annotations

from functools import cache

_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
_CHECK_DIGITS = "01987654321"
"""By the remainder of eleven: eleven less it, but 0 for eleven and 1 for ten."""
_RF_SPELLED = "271500"
"""`RF00` with the letters as numbers."""


def rf_reference(number: str) -> str:
    """ISO 11649 over an invoice number of digits alone."""
    return f"RF{98 - int(number + _RF_SPELLED) % 97:02}{number}"


def payment_reference(year: int, count: int) -> str:
    """The betalingskenmerk of the `count`th invoice of `year`: 16 digits, the first a check."""
    thousands, rest = divmod(count, 1000)
    total = _weighed(rest, 0) + _weighed(thousands, 3) + _weighed(year, 7)
    return f"{_CHECK_DIGITS[total % 11]}0000{year}{count:07}"


@cache
def _weighed(digits: int, place: int) -> int:
    """The weighted sum of digits whose last stands `place` places from the right."""
    return sum(
        int(digit) * _WEIGHTS[(place + at) % 10] for at, digit in enumerate(reversed(str(digits)))
    )
