"""The fixed parts of MT940: amounts, dates, balances, accounts and the statement line :61:."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from services.payments.formats.statement import Account, Amount, Balance, TransactionCode
from services.payments.formats.unreadable import UnreadableFile, quoted
from shared.errors import InvalidInput
from shared.references import normalise_iban

IBAN_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
# ISO 4217: no currency. Fragments of statements carry amounts without one.
NO_CURRENCY = "XXX"

_PLAIN_AMOUNT = re.compile(r"\d{1,25}(?:[.,]\d{0,10})?|[.,]\d{1,10}", re.ASCII)
_GROUPED_AMOUNT = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{0,10}", re.ASCII)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Za-z]*)([\d.,]+)", re.ASCII)
# A whole line, its text without blanks at the end.
LINE = r"(\d{6})(\d{4}| {4})?(R?[CD]|E[CD])([A-Z]?)([\d.,]+)[^\S\n]?([A-Z][^\n]{3})?([^\n]*)"
_LINE = re.compile(LINE, re.ASCII)
_MOMENT = re.compile(r"(\d{6})(\d\d)(\d\d)(?:([+-])(\d\d)(\d\d))?", re.ASCII)
_NRB_LENGTH = 26
_SIGNS = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
_KINDS = {"60": "OPBD", "62": "CLBD", "64": "CLAV", "65": "FWAV"}
_FEBRUARY = 2
_FIRST_YEAR_OF_CENTURY = 80


class StatementLine(NamedTuple):
    """Field :61:. `rest` is what follows the type: references and all."""

    value_on: date
    booked_on: date
    value: Decimal
    is_reversal: bool
    is_expected: bool
    type: str | None
    rest: str


@lru_cache(maxsize=8192)
def decimal_in(text: str) -> Decimal | None:
    """An amount with a comma or, in files of old, a point; None when it is neither."""
    if _PLAIN_AMOUNT.fullmatch(text):
        return Decimal(text.replace(",", "."))
    if _GROUPED_AMOUNT.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return None


def line_of(text: str, line: int) -> StatementLine | None:
    """A statement line; None when `text` has not its form, refused when a part makes no sense.

    `RC` is a reversed credit, so money out; `RD` is money in. The single letter behind the mark is
    the third of the currency, not part of it.
    """
    match = _LINE.fullmatch(text)
    return None if match is None else line_from(match.groups(""), line)


def line_from(parts: Sequence[str], line: int) -> StatementLine:
    """The same from the groups of `LINE`."""
    value_text, entry_text, mark, _, amount_text, kind, rest = parts
    value = decimal_in(amount_text)
    if value is None:
        raise UnreadableFile.field(":61: amount", f"not an amount: {quoted(amount_text)}", line)
    days = _days(value_text, entry_text)
    if days is None:
        raise _no_such_day(value_text, entry_text, line)
    first = mark[0]
    return StatementLine(
        *days, value * _SIGNS[mark], first == "R", first == "E", kind.strip() or None, rest
    )


def balance_of(tag: str, text: str, line: int, currency: str | None) -> Balance:
    """A balance field. A bank that leaves out the currency means that of the opening balance."""
    field = f":{tag}:"
    match = _BALANCE.match(text.strip())
    if match is None:
        raise UnreadableFile.field(field, f"not a balance: {quoted(text)}", line)
    mark, date_text, code, amount_text = match.groups()
    code = code or currency or NO_CURRENCY
    if len(code) != len(NO_CURRENCY) or not code.isupper():
        raise UnreadableFile.field(field, f"not a currency: {quoted(code)}", line)
    value, on = decimal_in(amount_text), _date(date_text)
    if value is None:
        raise UnreadableFile.field(field, f"not an amount: {quoted(amount_text)}", line)
    if on is None and date_text != "000000":
        raise UnreadableFile.field(field, f"no such day: {quoted(date_text)}", line)
    amount = Amount(value if mark == "C" else -value, code)
    return Balance(_KINDS[tag[:2]], amount, on, tag.endswith("M"))


def account_of(text: str, currency: str | None) -> Account:
    """Field :25:, kept as the bank wrote it, with its IBAN where it holds one."""
    written = text.strip()
    compact = iban_or_number(written)
    for candidate in (compact, iban_or_number(compact[:-3])):
        if IBAN_SHAPE.fullmatch(candidate):
            try:
                return Account(normalise_iban(candidate), written, currency)
            except InvalidInput:
                continue
    return Account(None, written or None, currency)


def iban_or_number(written: str) -> str:
    """An account number without blanks; Polish banks write theirs behind a slash, or as an NRB,
    which is the IBAN without its country."""
    number = written.replace(" ", "").removeprefix("/")
    if len(number) == _NRB_LENGTH and number.isdecimal():
        with suppress(InvalidInput):
            return normalise_iban(f"PL{number}")
    return number


def moment_of(text: str) -> datetime | None:
    """Field :13D: (or :13:), when an interim report was made; None when it is no moment.

    The offset is that from UTC; without one the moment has no zone.
    """
    found = _MOMENT.match(text)
    day = _date(found[1]) if found else None
    if found is None or day is None:
        return None
    try:
        at = time(int(found[2]), int(found[3]))
        offset = timedelta(hours=int(found[5]), minutes=int(found[6])) if found[4] else None
        zone = None if offset is None else timezone(-offset if found[4] == "-" else offset)
    except ValueError:
        return None
    return datetime.combine(day, at, zone)


@lru_cache(maxsize=1024)
def code_of(proprietary: str | None) -> TransactionCode:
    return TransactionCode(proprietary=proprietary)


@lru_cache(maxsize=4096)
def _date(text: str) -> date | None:
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    try:
        return date(year + (1900 if year >= _FIRST_YEAR_OF_CENTURY else 2000), month, day)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _value_date(text: str) -> date | None:
    """A value date may be 29 or 30 February: where a month counts 30 days for interest, as in
    Germany, banks write it. It is the last day of that month."""
    on = _date(text)
    if on is None and text[2:4] == "02" and text[4:] in {"29", "30"}:
        first = _date(f"{text[:4]}01")
        if first is not None:
            return first.replace(day=monthrange(first.year, _FEBRUARY)[1])
    return on


@lru_cache(maxsize=4096)
def _days(value_text: str, entry_text: str) -> tuple[date, date] | None:
    """Value and entry date; without an entry date the value date serves."""
    value_on = _value_date(value_text)
    if value_on is None:
        return None
    if not entry_text.strip():
        return value_on, value_on
    booked_on = _entry_date(value_on, entry_text)
    return None if booked_on is None else (value_on, booked_on)


def _no_such_day(value_text: str, entry_text: str, line: int) -> UnreadableFile:
    name, text = ("value", value_text) if _value_date(value_text) is None else ("entry", entry_text)
    return UnreadableFile.field(f":61: {name} date", f"no such day: {quoted(text)}", line)


def _entry_date(value_on: date, text: str) -> date | None:
    """The day `MMDD` in the year that brings it nearest to the value date."""
    nearest: date | None = None
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            candidate = date(year, int(text[:2]), int(text[2:]))
        except ValueError:
            continue
        if nearest is None or abs(candidate - value_on) < abs(nearest - value_on):
            nearest = candidate
    return nearest
