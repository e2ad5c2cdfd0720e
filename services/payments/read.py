"""`python -m services.payments.read FILE...`: what is in bank statement files; stores nothing.

One JSON line per statement: file, format, account, number, currency, opening, closing (signed
decimals or null), entries, details, and credit and debit (sums of the booked entries). A file that
cannot be read gives one line with file, error, line and field, and exit status 1 at the end.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.payments.formats.read import read_events
from services.payments.formats.statement import (
    Balance,
    Entry,
    EntryStatus,
    StatementEnd,
    StatementStart,
)
from shared.errors import InvalidInput

_USAGE_STATUS = 2


def main(paths: Sequence[str]) -> int:
    if not paths:
        print(__doc__, file=sys.stderr)
        return _USAGE_STATUS
    status = 0
    for path in paths:
        try:
            # A file that breaks off half-way is refused whole: nothing of it is shown.
            lines = list(summaries(path))
        except InvalidInput as refused:
            problem = refused.problems[0]
            lines = [_refusal(path, problem.message, problem.line, problem.field)]
            status = 1
        except OSError as absent:
            lines = [_refusal(path, absent.strerror or "not readable", None, "file")]
            status = 1
        for line in lines:
            print(json.dumps(line))
    return status


def summaries(path: str) -> Iterator[dict[str, Any]]:
    """One summary per statement; the entries are counted and let go."""
    with Path(path).open("rb") as file:
        for event in read_events(file):
            match event:
                case StatementStart():
                    start, details = event, 0
                    credit = debit = Decimal(0)
                case Entry():
                    details += len(event.details)
                    if event.status is not EntryStatus.BOOKED:
                        continue
                    if event.amount.value > 0:
                        credit += event.amount.value
                    else:
                        debit -= event.amount.value
                case StatementEnd():
                    yield {
                        "file": path,
                        "format": start.format,
                        "account": start.account.number,
                        "number": start.number,
                        "currency": start.account.currency,
                        "opening": _decimal_of(event.opening),
                        "closing": _decimal_of(event.closing),
                        "entries": event.entry_count,
                        "details": details,
                        "credit": f"{credit:f}",
                        "debit": f"{debit:f}",
                    }


def _decimal_of(balance: Balance | None) -> str | None:
    return None if balance is None else f"{balance.amount.value:f}"


def _refusal(path: str, error: str, line: int | None, field: str) -> dict[str, Any]:
    return {"file": path, "error": error, "line": line, "field": field}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
