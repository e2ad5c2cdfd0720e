"""A streaming reader of MT940 statements and MT942 interim reports.

Tolerant of what banks really send (several statements in a file, fields left out, lines broken
anywhere); strict where money is concerned: an amount, day or mark not understood is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from services.payments.formats.mt940_entry import Details, entry_of, regular_entry
from services.payments.formats.mt940_fields import ENTRY, fields
from services.payments.formats.mt940_values import (
    NO_CURRENCY,
    account_of,
    balance_of,
    moment_of,
)
from services.payments.formats.statement import (
    Balance,
    Entry,
    StatementEnd,
    StatementEvent,
    StatementStart,
)
from services.payments.formats.unreadable import UnreadableFile
from shared.currency import EXPONENTS

_NUMBERS = frozenset({"28", "28C"})
_ACCOUNTS = frozenset({"25", "25P"})
_OPENINGS = frozenset({"60F", "60M"})
_CLOSINGS = frozenset({"62F", "62M"})
_AVAILABLES = frozenset({"64", "65"})
_MOMENTS = frozenset({"13", "13D"})
_INTERIM = frozenset({"34F", "13", "13D", "90C", "90D"})
# `1234.56.789EUR`: serves where amounts come without a currency of their own.
_CURRENCY_SUFFIX = re.compile(r"\d ?([A-Z]{3})\s*$", re.ASCII)
_DETAILS = frozenset({"86", "NS"})
# After an entry these are text that looks like a field: `16:25:` at the end of a line, or a bank's
# slip for :86:.
_HEADS = _NUMBERS | _ACCOUNTS | {"21"}


def read(chunks: Iterable[bytes]) -> Iterator[StatementEvent]:
    """The statements of a file, as they come.

    `chunks` are consecutive bytes. Raises `UnreadableFile` with line and field at the first thing
    not understood; what was yielded before it is not to be kept.
    """
    statement: _Statement | None = None
    for tag, line, lines in fields(chunks):
        if statement is not None and statement.is_entry_open:
            if statement.take_text(tag, lines):
                continue
            yield from statement.finish_entry()
        if statement is None or tag == "20":
            if statement is not None:
                yield from statement.close()
            statement = _Statement(line)
        if tag == ENTRY:
            if not statement.is_started:
                yield statement.start()
            yield statement.regular_entry(line, lines)
        else:
            statement.take(tag, line, lines)
    if statement is None:
        raise UnreadableFile.field("file", "there is no MT940 field in this file", 1)
    yield from statement.close()


class _Statement:
    """A statement being read: one entry is held back until its details are complete."""

    def __init__(self, line: int) -> None:
        self._line = line
        self._texts: dict[str, str] = {}
        self._opening: Balance | None = None
        self._closing: Balance | None = None
        self._balances: list[Balance] = []
        self._currency: str | None = None
        self._account_currency: str | None = None
        self._own_account: str | None = None
        self._made_at: datetime | None = None
        self._is_interim = False
        self._entry_count = 0
        self.is_started = False
        self.is_entry_open = False
        self._entry: tuple[int, list[str]] = (0, [])
        self._details: list[Details] = []

    def take(self, tag: str, line: int, lines: list[str]) -> None:
        """A field that is no text of an entry; of those in head and foot the first counts."""
        value = lines[0]
        if tag == "61":
            self.is_entry_open = True
            self._entry, self._details = (line, lines), []
        elif tag in _OPENINGS or tag in _CLOSINGS:
            self._take_balance(tag, line, value)
        elif tag in _AVAILABLES:
            self._take_available(tag, line, value)
        elif tag == "20":
            self._texts.setdefault("reference", value.strip())
        elif tag in _NUMBERS:
            self._texts.setdefault("number", "".join(lines).strip())
        elif tag in _ACCOUNTS:
            self._texts.setdefault("account", value)
            suffix = _CURRENCY_SUFFIX.search(value)
            if suffix is not None and suffix[1] in EXPONENTS:
                self._account_currency = suffix[1]
        elif tag in _INTERIM:
            self._is_interim = True
            if tag == "34F" and value[:3].isupper() and self._currency is None:
                self._currency = value[:3]
            elif tag in _MOMENTS:
                self._made_at = self._made_at or moment_of(value)

    def take_text(self, tag: str, lines: list[str]) -> bool:
        """Whether the field belongs to the open entry: details, or text that looks like a field."""
        if tag in _DETAILS:
            self._details.append((tag, lines))
        elif tag not in _HEADS:
            return False
        elif self._details:
            self._details[-1][1].extend([f":{tag}:{lines[0]}", *lines[1:]])
        else:
            self._details.append(("86", lines))
        return True

    def regular_entry(self, line: int, parts: list[str]) -> Entry:
        """An entry that came with its details."""
        self._entry_count += 1
        currency = self._currency or self._account_currency or NO_CURRENCY
        return regular_entry(self._entry_count, line, parts, currency, self._own_account)

    def finish_entry(self) -> Iterator[StatementStart | Entry]:
        """The entry held back, now that nothing more of it can come; the start before the first."""
        if not self.is_started:
            yield self.start()
        self.is_entry_open = False
        self._entry_count += 1
        line, lines = self._entry
        currency = self._currency or self._account_currency or NO_CURRENCY
        yield entry_of(self._entry_count, line, lines, self._details, currency, self._own_account)

    def close(self) -> Iterator[StatementEvent]:
        if self.is_entry_open:
            yield from self.finish_entry()
        if not self.is_started:
            yield self.start()
        yield StatementEnd(self._entry_count, self._opening, self._closing, tuple(self._balances))

    def start(self) -> StatementStart:
        """What is known before the first entry."""
        self.is_started = True
        account = account_of(self._texts.get("account", ""), self._currency)
        self._own_account = account.number
        return StatementStart(
            format="mt942" if self._is_interim and self._opening is None else "mt940",
            line=self._line,
            account=account,
            statement_id=self._texts.get("reference"),
            number=self._texts.get("number"),
            created_at=self._made_at,
            opening=self._opening,
        )

    def _take_balance(self, tag: str, line: int, value: str) -> None:
        balance = balance_of(tag, value, line, self._currency or self._account_currency)
        self._balances.append(balance)
        if self._currency is None:
            self._currency = balance.amount.currency
        if tag in _OPENINGS:
            self._opening = self._opening or balance
        else:
            self._closing = self._closing or balance

    def _take_available(self, tag: str, line: int, value: str) -> None:
        """Forecasts: nothing is decided on them, so nothing is refused for them."""
        try:
            self._balances.append(balance_of(tag, value, line, self._currency))
        except UnreadableFile:
            return
