"""Is this an account number a SEPA file may name? Fast enough for files of many thousands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from shared.errors import InvalidInput
from shared.references import normalise_iban

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_DIGITS = {ord(char): str(int(char, 36)) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_NOT_SEPA = "an account outside the SEPA area"

# European Economic Area: elsewhere in SEPA the payer's address goes with a payment (EPC130-08).
_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"


def compact_iban(text: str) -> str:
    return "".join(text.split()).upper()


def account_fault(iban: str) -> str | None:
    """What is wrong with the account, or None. ISO 13616: structure, and mod 97-10 equal to one."""
    bare = compact_iban(iban)
    if _IBAN.fullmatch(bare):
        structure, is_sepa = _country(bare[:2])
        remainder = int((bare[4:] + bare[:4]).translate(_DIGITS)) % 97
        if structure is not None and structure.match(bare[4:]) and remainder == 1:
            return None if is_sepa else _NOT_SEPA
    try:
        normalise_iban(iban)
    except InvalidInput as wrong:
        return wrong.problems[0].message
    return None


def account_faults(
    path: str, iban: str, bic: str | None, prefix: str = ""
) -> Iterator[tuple[str, str]]:
    """Field and fault of what is wrong with an account as a file names it."""
    fault = account_fault(iban)
    if fault is not None:
        yield f"{path}.{prefix}iban", fault
    if bic is not None and not is_bic(bic):
        yield f"{path}.{prefix}bic", "not a BIC"


def is_outside_eea(iban: str) -> bool:
    return compact_iban(iban)[:2] not in _EEA


def is_bic(text: str) -> bool:
    return _BIC.fullmatch(text) is not None


@lru_cache(maxsize=256)
def _country(code: str) -> tuple[re.Pattern[str] | None, bool]:
    """The structure of a country's account numbers behind the check digits; in the SEPA area?"""
    try:
        spec = IBAN(f"{code}00", allow_invalid=True).spec
    except SchwiftyException:
        return None, False
    return spec.regex, bool(spec.in_sepa_zone)
