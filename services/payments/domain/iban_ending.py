"""What clerks and letters call an account by: its country and its last four characters."""

from __future__ import annotations

import re
from typing import Final

from shared.errors import InvalidInput

# The countries of SEPA (EPC409-09): an ending without its country is looked for in all of them.
_COUNTRIES: Final = (
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT"
    " NL NO PL PT RO RS SE SI SK SM VA"
).split()
_SHORTEST: Final = 8
# `4300`, `NL4300`, and what stands for the rest between them: `NL...4300`, `NL** **** 4300`.
_ENDING: Final = re.compile(r"(?:([A-Z]{2})?[\s.…*•xX-]*)([A-Z0-9]{4})")


def ending_of(iban: str | None) -> str | None:
    """Such as `NL4300`; None for what is no IBAN."""
    bare = "".join((iban or "").split()).upper()
    if len(bare) < _SHORTEST or not bare[:2].isalpha():
        return None
    return bare[:2] + bare[-4:]


def endings_meant(text: str) -> list[str]:
    """All that a clerk may mean by an ending: one with its country, else one for each country."""
    found = _ENDING.fullmatch(text.strip().upper())
    if found is None:
        message = "the last four characters of an IBAN, with its country before them or without"
        raise InvalidInput.field("iban_ending", message)
    country, last = found.groups()
    return [one + last for one in ([country] if country else _COUNTRIES)]
