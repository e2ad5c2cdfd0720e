"""Read a collector's specification (CSV) by the headings its sender uses."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from services.payments.domain.remittance import Layout
from services.payments.formats.csv_rows import decimal_of
from services.payments.formats.unreadable import quoted
from shared.errors import InvalidInput, Problem
from shared.money import Money

T = TypeVar("T")

_REFERENCE_LENGTH_MAX = 140


@dataclass(frozen=True, slots=True)
class Row:
    """One debtor's payment; `reference` is ours, as the sender wrote it."""

    line: int
    reference: str
    gross: Money
    fee: Money
    paid_on: date | None


def read_specification(content: bytes, layout: Layout, currency: str) -> list[Row]:
    """All rows, or `InvalidInput` naming each bad line and field. The heading is line 1."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets in the Netherlands export when not asked for UTF-8.
        text = content.decode("cp1252", errors="replace")
    problems: list[Problem] = []
    rows = list(_rows(text, layout, currency, problems))
    if problems:
        raise InvalidInput.several(problems)
    if not rows:
        raise InvalidInput.field("body", "there are no rows")
    return rows


def _rows(text: str, layout: Layout, currency: str, problems: list[Problem]) -> Iterator[Row]:
    heading = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=heading.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    headings = {name.strip() for name in reader.fieldnames or ()}
    wanted = (layout.reference, layout.gross, layout.fee, layout.net, layout.paid_on)
    missing = [name for name in wanted if name and name not in headings]
    problems += [Problem(name, "there is no such heading", 1) for name in missing]
    if missing:
        return
    try:
        for values in reader:
            line, before = reader.line_num, len(problems)
            row = _row(
                {k.strip(): v for k, v in values.items() if k}, layout, currency, line, problems
            )
            if len(problems) == before and row is not None:
                yield row
    except csv.Error as error:
        problems.append(Problem("row", str(error), reader.line_num))


def _row(
    values: dict[str, str | None],
    layout: Layout,
    currency: str,
    line: int,
    problems: list[Problem],
) -> Row | None:
    """None for an empty row; what is wrong is added to `problems`."""
    if not any((value or "").strip() for value in values.values()):
        return None

    def read(name: str | None, reader: Callable[[str], T]) -> T | None:
        text = (values.get(name) or "").strip() if name else ""
        if not name or not text:
            return None
        try:
            return reader(text)
        except (InvalidInput, ValueError) as error:
            why = error.problems[0].message if isinstance(error, InvalidInput) else "not a date"
            problems.append(Problem(name, why, line))
            return None

    def amount(text: str) -> Money:
        return _amount(text, layout, currency)

    before = len(problems)
    reference = (values.get(layout.reference) or "").strip()
    if not reference or len(reference) > _REFERENCE_LENGTH_MAX:
        problems.append(Problem(layout.reference, "our reference or invoice number", line))
    gross, fee, net = (read(name, amount) for name in (layout.gross, layout.fee, layout.net))
    paid_on = read(
        layout.paid_on,
        lambda text: datetime.strptime(text, layout.date_format).date(),  # noqa: DTZ007
    )
    if len(problems) > before:
        return None
    complete = _complete(gross, fee, net, currency)
    if isinstance(complete, str):
        problems.append(Problem(layout.net or layout.gross or "amount", complete, line))
        return None
    return Row(line, reference, *complete, paid_on)


def _amount(text: str, layout: Layout, currency: str) -> Money:
    bare = text.replace("€", "").replace(currency, "").replace("\u00a0", "").replace(" ", "")
    value = decimal_of(bare, "," if layout.decimal_comma else ".")
    if value is None:
        raise InvalidInput.field("amount", f"not an amount: {quoted(text)}")
    return Money.from_decimal(value, currency)


def _complete(
    gross: Money | None, fee: Money | None, net: Money | None, currency: str
) -> tuple[Money, Money] | str:
    """Gross and fee out of what is given, or what is wrong with it."""
    if gross is None and net is None:
        return "an amount is missing"
    if gross is None:
        assert net is not None
        gross = net + (fee or Money.zero(currency))
    if fee is None:
        fee = gross - net if net is not None else Money.zero(currency)
    if net is not None and gross - fee != net:
        return f"{gross} less {fee} is not {net}"
    if fee.minor < 0 or fee >= gross:
        return "more than nothing comes to us, and the fee is not negative"
    return gross, fee
