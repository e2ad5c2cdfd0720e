"""What is in bank statement files; stores nothing.

One JSON line per statement: file, format, account, number, currency, opening, closing (signed
decimals or null), entries, details, and credit and debit (sums of the booked entries). A file that
cannot be read gives one line with file, error, line and field, and exit status 1 at the end.

camt.052, .053, .054, MT940, MT942 and ZIP files of them are known by their content. What is none
of them is read as a CSV when --mapping says how.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.payments.formats.csv_layouts import LAYOUTS
from services.payments.formats.csv_mapping import CsvMapping
from services.payments.use_cases.summarise_statements import summarise_statements
from shared.errors import InvalidInput

_USAGE_STATUS = 2


def main(arguments: Sequence[str]) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    if not given.files:
        parser.print_help(sys.stderr)
        return _USAGE_STATUS
    status = 0
    for path in given.files:
        lines, is_read = _lines(path, given.mapping)
        for line in lines:
            print(json.dumps(line))
        status = status if is_read else 1
    return status


def _lines(path: str, mapping: CsvMapping | None) -> tuple[list[dict[str, Any]], bool]:
    """A file's lines and whether it was read: one that breaks off half-way is refused whole."""
    try:
        with Path(path).open("rb") as file:
            return [{"file": path, **asdict(s)} for s in summarise_statements(file, mapping)], True
    except InvalidInput as refused:
        problem = refused.problems[0]
        return [_refusal(path, problem.message, problem.line, problem.field)], False
    except OSError as absent:
        return [_refusal(path, absent.strerror or "not readable", None, "file")], False


def _refusal(path: str, error: str, line: int | None, field: str) -> dict[str, Any]:
    return {"file": path, "error": error, "line": line, "field": field}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.payments.read",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", metavar="FILE", nargs="*", help="a bank statement file")
    parser.add_argument(
        "--mapping",
        metavar="NAME|FILE",
        type=_mapping,
        help=f"how to read a CSV: {', '.join(LAYOUTS)}, or a JSON file with a mapping",
    )
    return parser


def _mapping(name: str) -> CsvMapping:
    if name in LAYOUTS:
        return LAYOUTS[name]
    try:
        return CsvMapping.model_validate_json(Path(name).read_bytes())
    except OSError:
        message = f"neither a known layout nor a file that can be read: {name}"
        raise argparse.ArgumentTypeError(message) from None
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(map(str, first["loc"])) or "mapping"
        raise argparse.ArgumentTypeError(f"{name}: {where}: {first['msg']}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
