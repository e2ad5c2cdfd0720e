"""References and account numbers that billing makes and payments recognises.

ISO 11649 creditor references (`RF...`), the Dutch betalingskenmerk (Betaalvereniging Nederland,
specificaties betalingskenmerk), and IBANs (ISO 13616). People write all three with spaces.
"""

from __future__ import annotations

import re

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from shared.errors import InvalidInput

_SEPARATORS = re.compile(r"[\s.\-/]")
_RF_BODY = re.compile(r"[0-9A-Za-z]{1,21}", re.ASCII)
_RF_WHOLE = re.compile(r"RF(\d\d)([0-9A-Z]{1,21})", re.ASCII)
KENMERK_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
# The second digit of a reference that tells its own length (L), by total length.
_LENGTH_DIGITS = {9: "7", 10: "8", 11: "9", 12: "0", 13: "1", 14: "2"}
_UNCHECKED_LENGTH = 7
_FULL_LENGTH = 16


def normalise_iban(text: str) -> str:
    """The IBAN without spaces and in capitals; raises `InvalidInput` when it is not one."""
    try:
        return str(IBAN(text))
    except SchwiftyException as error:
        reason = type(error).__name__.removeprefix("Invalid").lower() or "format"
        raise InvalidInput.field("iban", f"not a valid IBAN ({reason})") from None


def make_rf_reference(reference: str) -> str:
    """ISO 11649: `RF`, two check digits, and 1 to 21 letters and digits."""
    body = _SEPARATORS.sub("", reference)
    if not _RF_BODY.fullmatch(body):
        raise InvalidInput.field("reference", "1 to 21 letters and digits")
    body = body.upper()
    return f"RF{_rf_check_digits(body)}{body}"


def is_rf_reference(text: str) -> bool:
    match = _RF_WHOLE.fullmatch(_compact(text))
    return match is not None and match[1] == _rf_check_digits(match[2])


def normalise_rf_reference(text: str) -> str:
    """The reference without spaces and in capitals; raises `InvalidInput` when it is not one."""
    if not is_rf_reference(text):
        raise InvalidInput.field("reference", "not a valid ISO 11649 reference")
    return _compact(text)


def make_payment_reference(number: int) -> str:
    """The 16-digit betalingskenmerk of a number of at most 15 digits: check digit first."""
    if not 0 <= number < 10**15:
        raise InvalidInput.field("reference", "a number of at most 15 digits")
    body = f"{number:015}"
    return f"{payment_reference_check_digit(body)}{body}"


def payment_reference_check_digit(body: str) -> int:
    """Weighted modulus 11 over the digits behind the check digit, weights from the right.

    Remainders 1 and 10 share the digit 1: an error that turns one into the other goes unseen.
    """
    total = sum(
        int(digit) * KENMERK_WEIGHTS[place % 10] for place, digit in enumerate(reversed(body))
    )
    check = 11 - total % 11
    return {10: 1, 11: 0}.get(check, check)


def is_payment_reference(text: str) -> bool:
    """Whether `text` is a betalingskenmerk of any length: 7, 9 to 14 or 16 digits.

    Seven digits carry no check; 9 to 14 carry their own length behind the check digit.
    """
    digits = _compact(text)
    if not (digits.isascii() and digits.isdigit()):
        return False
    if len(digits) == _UNCHECKED_LENGTH:
        return True
    if len(digits) != _FULL_LENGTH and _LENGTH_DIGITS.get(len(digits)) != digits[1:2]:
        return False
    return int(digits[0]) == payment_reference_check_digit(digits[1:])


def normalise_payment_reference(text: str) -> str:
    """The bare digits of a betalingskenmerk; raises `InvalidInput` when it is not one."""
    if not is_payment_reference(text):
        raise InvalidInput.field("reference", "not a valid betalingskenmerk")
    return _compact(text)


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", text).upper()


def _rf_check_digits(body: str) -> str:
    number = int("".join(str(int(char, 36)) for char in f"{body}RF00"))
    return f"{98 - number % 97:02}"
