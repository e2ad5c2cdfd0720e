"""The one refusal of bank files, and the reading of values that all formats share."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from services.payments.formats.statement import Amount
from shared.errors import InvalidInput

_DECIMAL = re.compile(r"[+-]?(?:\d{1,25}(?:\.\d{0,25})?|\.\d{1,25})", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_HARMLESS = re.compile(r"[-+0-9.,:/TZ]{1,30}|[A-Za-z]{1,5}", re.ASCII)


class UnreadableFile(InvalidInput):
    """A bank file that cannot be understood; `problems` says line and field. Nothing was stored."""

    code = "unreadable_file"
    title = "The bank file cannot be read"

    def moved_down(self, lines: int) -> UnreadableFile:
        """The same refusal with its line counted from an earlier start."""
        problem = self.problems[0]
        line = None if problem.line is None else problem.line + lines
        return UnreadableFile.field(problem.field, problem.message, line)


def quoted(text: str | None) -> str:
    """A value for an error text: shown when it cannot be a name or an account, else described."""
    if not text:
        return "nothing"
    return repr(text) if _HARMLESS.fullmatch(text) else f"a text of {len(text)} characters"


def amount_of(text: str | None, currency: str | None, field: str, line: int | None) -> Amount:
    """A plain decimal with a point (no exponent, no NaN) and a code of three letters."""
    if text is None or not _DECIMAL.fullmatch(text):
        raise UnreadableFile.field(field, f"not an amount: {quoted(text)}", line)
    if currency is None or not is_currency(currency):
        raise UnreadableFile.field(field, f"not a currency: {quoted(currency)}", line)
    return Amount(Decimal(text), currency)


@lru_cache(maxsize=256)
def is_currency(code: str) -> bool:
    """Shaped like an ISO 4217 code. Codes no longer in use are read: old files have them."""
    return _CURRENCY.fullmatch(code) is not None


@lru_cache(maxsize=1024)
def iso_date(text: str) -> date | None:
    """The date at the start of the text, whatever time or zone follows; None when there is none."""
    try:
        return date.fromisoformat(text[:10]) if _DATE.match(text) else None
    except ValueError:
        return None
