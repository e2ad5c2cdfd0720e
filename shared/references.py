"""References and account numbers that billing makes and payments recognises.

ISO 11649 creditor references (`RF...`), the Dutch betalingskenmerk (Betaalvereniging Nederland,
specificaties betalingskenmerk), and IBANs (ISO 13616).
"""

from __future__ import annotations

import re

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import iso11649

from shared.errors import InvalidInput

_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
_SEPARATORS = re.compile(r"[\s.\-/]")
# The second digit of a reference that tells its own length (L), by total length.
_LENGTH_DIGITS = {9: "7", 10: "8", 11: "9", 12: "0", 13: "1", 14: "2"}


def normalise_iban(text: str) -> str:
    """The IBAN without spaces and in capitals; raises `InvalidInput` when it is not one."""
    try:
        return str(IBAN(text))
    except SchwiftyException as error:
        reason = type(error).__name__.removeprefix("Invalid").lower() or "format"
        raise InvalidInput.field("iban", f"not a valid IBAN ({reason})") from None


def make_rf_reference(reference: str) -> str:
    """ISO 11649: `RF`, two check digits, and 1 to 21 letters and digits."""
    body = _SEPARATORS.sub("", reference).upper()
    if not re.fullmatch(r"[0-9A-Z]{1,21}", body):
        raise InvalidInput.field("reference", "1 to 21 letters and digits")
    check = 98 - int("".join(str(int(char, 36)) for char in f"{body}RF00")) % 97
    return f"RF{check:02}{body}"


def is_rf_reference(text: str) -> bool:
    return bool(iso11649.is_valid(text))


def make_payment_reference(number: int) -> str:
    """The 16-digit betalingskenmerk of a number of at most 15 digits: check digit first."""
    if not 0 <= number < 10**15:
        raise InvalidInput.field("reference", "a number of at most 15 digits")
    body = f"{number:015}"
    return f"{payment_reference_check_digit(body)}{body}"


def payment_reference_check_digit(body: str) -> int:
    """Weighted modulus 11 over the digits behind the check digit, weights from the right."""
    total = sum(int(digit) * _WEIGHTS[place % 10] for place, digit in enumerate(reversed(body)))
    check = 11 - total % 11
    return {10: 1, 11: 0}.get(check, check)


def is_payment_reference(text: str) -> bool:
    """Whether `text` is a betalingskenmerk of any length; seven digits carry no check."""
    digits = _SEPARATORS.sub("", text)
    if not (digits.isascii() and digits.isdigit()):
        return False
    if len(digits) == 7:
        return True
    if len(digits) != 16 and _LENGTH_DIGITS.get(len(digits)) != digits[1:2]:
        return False
    return int(digits[0]) == payment_reference_check_digit(digits[1:])
