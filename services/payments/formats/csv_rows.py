"""One row of a bank's CSV to an entry, with refusals that name line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from services.payments.formats.csv_mapping import Column, CsvMapping
from services.payments.formats.mt940_values import IBAN_SHAPE
from services.payments.formats.statement import (
    Amount,
    Detail,
    Entry,
    StructuredReference,
    TransactionCode,
)
from services.payments.formats.unreadable import UnreadableFile, is_currency, quoted

_PLAIN = {
    ",": re.compile(r"[+-]?\d{1,18}(?:,\d{0,9})?", re.ASCII),
    ".": re.compile(r"[+-]?\d{1,18}(?:\.\d{0,9})?", re.ASCII),
}
_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d{0,9})?", re.ASCII),
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d{0,9})?", re.ASCII),
}
_DAYS = {
    "YYYYMMDD": re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)", re.ASCII),
    "YYYY-MM-DD": re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", re.ASCII),
    "DD-MM-YYYY": re.compile(r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})", re.ASCII),
    "DD/MM/YYYY": re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.ASCII),
    "DD.MM.YYYY": re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})", re.ASCII),
    "MM/DD/YYYY": re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})", re.ASCII),
}


class Row(NamedTuple):
    account: str
    entry: Entry
    balance_after: Amount | None
    cells: Sequence[str]


class RowReader:
    """Reads rows of one file; `headings` tell where the columns are."""

    def __init__(self, mapping: CsvMapping, headings: Sequence[str] | None, line: int) -> None:
        self._mapping = mapping
        self._columns = mapping.columns.given()
        self._texts = [name for name in self._columns if name.startswith("texts")]
        self._places = {
            name: _place(column, headings, line) for name, column in self._columns.items()
        }
        self._width = max(self._places.values()) + 1

    def read(self, cells: Sequence[str], line: int) -> Row:
        """`entry.position` is left zero: whoever orders the rows knows it."""
        if len(cells) < self._width:
            message = f"{len(cells)} columns where {self._width} are needed"
            raise UnreadableFile.field("row", message, line)

        def cell(name: str) -> str:
            place = self._places.get(name)
            return "" if place is None else cells[place].strip()

        currency = cell("currency") or self._mapping.currency or ""
        if not is_currency(currency):
            raise self._wrong("currency", f"not a currency: {quoted(currency)}", line)
        amount = Amount(self._value(cell, line), currency)
        booked_on = self._day("booked_on", cell, line)
        value_on = self._day("value_on", cell, line) if cell("value_on") else booked_on
        after = cell("balance_after")
        account = self._account(cell("account").replace(" ", ""), line)
        detail = self._detail(amount, cell)
        entry = Entry(
            0,
            line,
            amount,
            booked_on,
            value_on,
            bank_reference=cell("bank_reference") or None,
            code=TransactionCode(proprietary=cell("code") or None),
            details=(detail,),
        )
        balance = Amount(self._number("balance_after", after, line), currency) if after else None
        return Row(account, entry, balance, cells)

    def _account(self, told: str, line: int) -> str:
        """The row's own account; that of the mapping where the row has none, or its last digits
        only (a number of the time before IBAN)."""
        known = self._mapping.account or ""
        if not told and not known:
            raise self._wrong("account", "the row names no account", line)
        return known if known.endswith(told) else told

    def _value(self, cell: Callable[[str], str], line: int) -> Decimal:
        """Signed: money in is positive."""
        if "amount" not in self._columns:
            debit, credit = (
                self._number(name, cell(name), line) if cell(name) else Decimal(0)
                for name in ("debit", "credit")
            )
            if not cell("debit") and not cell("credit"):
                raise self._wrong("debit", "neither debit nor credit", line)
            return credit - abs(debit)
        value = self._number("amount", cell("amount"), line)
        if "sign" not in self._columns:
            return value
        mark = cell("sign")
        if mark in self._mapping.debit_marks:
            return -abs(value)
        if mark in self._mapping.credit_marks:
            return abs(value)
        raise self._wrong("sign", f"neither debit nor credit: {quoted(mark)}", line)

    def _number(self, name: str, text: str, line: int) -> Decimal:
        value = decimal_of(text, self._mapping.decimal_mark)
        if value is None:
            raise self._wrong(name, f"not an amount: {quoted(text)}", line)
        return value

    def _day(self, name: str, cell: Callable[[str], str], line: int) -> date:
        day = _date(cell(name), self._mapping.date_format)
        if day is None:
            message = f"not a day as {self._mapping.date_format}: {quoted(cell(name))}"
            raise self._wrong(name, message, line)
        return day

    def _detail(self, amount: Amount, cell: Callable[[str], str]) -> Detail:
        account = cell("counterparty_iban").replace(" ", "")
        is_iban = IBAN_SHAPE.fullmatch(account) is not None
        reference = cell("creditor_reference")
        return Detail(
            amount=amount,
            end_to_end_id=cell("end_to_end_id") or None,
            mandate_id=cell("mandate_id") or None,
            references=(StructuredReference(reference),) if reference else (),
            remittance_text="\n".join(filter(None, map(cell, self._texts))) or None,
            counterparty_name=cell("counterparty_name") or None,
            counterparty_iban=account if is_iban else None,
            counterparty_account=None if is_iban else account or None,
            return_reason=cell("return_reason") or None,
        )

    def _wrong(self, name: str, message: str, line: int) -> UnreadableFile:
        """Refuses a cell by the bank's own name of its column."""
        column = self._columns.get(name, name)
        field = f"column {column}" if isinstance(column, int) else column
        return UnreadableFile.field(field, message, line)


def _place(column: Column, headings: Sequence[str] | None, line: int) -> int:
    if isinstance(column, int):
        return column - 1
    names = [heading.strip() for heading in headings or ()]
    if names.count(column) != 1:
        message = "the headings do not name it once: another bank's layout, or a new one"
        raise UnreadableFile.field(column, message, line)
    return names.index(column)


@lru_cache(maxsize=4096)
def decimal_of(text: str, mark: str) -> Decimal | None:
    """None for what is no amount with this decimal mark and the other one between thousands."""
    if _PLAIN[mark].fullmatch(text) or _GROUPED[mark].fullmatch(text):
        grouping = "." if mark == "," else ","
        return Decimal(text.replace(grouping, "").replace(mark, "."))
    return None


@lru_cache(maxsize=4096)
def _date(text: str, date_format: str) -> date | None:
    found = _DAYS[date_format].fullmatch(text)
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        return None
