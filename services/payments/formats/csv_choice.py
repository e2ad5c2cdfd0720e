"""Which of several layouts a CSV has: the one that reads it, for an account it is kept for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import islice

from services.payments.formats.csv_mapping import CsvMapping
from services.payments.formats.csv_statement import read_rows
from services.payments.formats.mt940_values import account_of
from services.payments.formats.unreadable import UnreadableFile

_HEAD_BYTES = 1 << 16
_HEAD_ROWS = 50


@dataclass(frozen=True, slots=True)
class CsvLayouts:
    """The layouts in use, each with the numbers of the accounts it is kept for."""

    accounts: Mapping[CsvMapping, frozenset[str]]

    def named(self, file_name: str) -> CsvLayouts:
        """Those whose `file_names` the name fits; all of them when it fits none."""
        found = {
            layout: numbers
            for layout, numbers in self.accounts.items()
            if layout.file_names is not None and fnmatch(file_name, layout.file_names)
        }
        return CsvLayouts(found) if found else self

    def of(self, content: bytes) -> CsvMapping:
        """The layout of a file. `UnreadableFile` when none reads it, or several do alike.

        Headings and first rows decide, and whose account the rows name; a layout that reads rows of
        another account serves where no better one does.
        """
        if len(self.accounts) == 1:
            return next(iter(self.accounts))
        head = _head(content)
        told = {layout: _accounts_in(head, layout) for layout in self.accounts}
        reading = [layout for layout, numbers in told.items() if numbers]
        own = [layout for layout in reading if told[layout] <= self.accounts[layout]]
        fitting = own or reading
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            message = (
                f"{len(fitting)} CSV mappings read this file alike: name its account, or give the"
                " mappings `file_names`"
            )
        else:
            message = f"none of the {len(self.accounts)} CSV mappings of the accounts reads it"
        raise UnreadableFile.field("file", message, 1)


def _head(content: bytes) -> bytes:
    """The first lines, whole."""
    if len(content) <= _HEAD_BYTES:
        return content
    return content[: content.rfind(b"\n", 0, _HEAD_BYTES) + 1] or content


def _accounts_in(head: bytes, layout: CsvMapping) -> frozenset[str]:
    """The numbers its first rows name, as accounts are known by; none when it cannot read them."""
    try:
        rows = list(islice(read_rows(head, layout), _HEAD_ROWS))
    except UnreadableFile:
        return frozenset()
    return frozenset(account_of(row.account, None).number or "" for row in rows)
