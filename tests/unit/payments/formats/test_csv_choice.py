"""Which of several mappings a CSV is read by: what it says decides, or the name it came by."""

from __future__ import annotations

from itertools import combinations

import pytest

from services.payments.formats.csv_choice import CsvLayouts
from services.payments.formats.csv_layouts import LAYOUTS
from services.payments.formats.csv_mapping import CsvColumns, CsvMapping
from services.payments.formats.read import read_statements
from services.payments.formats.unreadable import UnreadableFile
from tests.unit.payments.formats.samples import OTHER_IBAN, OWN_IBAN
from tests.unit.payments.formats.test_csv import EXAMPLES

COLUMNS = CsvColumns(booked_on="day", amount="amount", account="account", texts=("text",))
PLAIN = CsvMapping(currency="EUR", columns=COLUMNS)
# The same headings, but the text stands for something else: both read each other's files.
OTHER = PLAIN.model_copy(
    update={"columns": COLUMNS.model_copy(update={"texts": (), "counterparty_name": "text"})}
)
BARE = CsvColumns(booked_on="day", amount="amount", texts=("text",))


def rows(*accounts: str) -> bytes:
    told = (f"2026-08-03;1,00;{account};koffie" for account in accounts)
    return "\n".join(["day;amount;account;text", *told]).encode()


def layouts(**numbers: tuple[CsvMapping, str]) -> CsvLayouts:
    return CsvLayouts({mapping: frozenset({number}) for mapping, number in numbers.values()})


@pytest.mark.parametrize(("one", "two"), list(combinations(sorted(EXAMPLES), 2)))
def test_of_two_banks_layouts_each_file_finds_its_own(one: str, two: str) -> None:
    """Even registered under each other's accounts: headings and cells tell banks apart."""
    both = layouts(one=(LAYOUTS[one], "unknown 1"), two=(LAYOUTS[two], "unknown 2"))
    for name in (one, two):
        assert both.of(EXAMPLES[name]) == LAYOUTS[name]


def test_two_mappings_that_read_a_file_are_told_apart_by_the_account_in_it() -> None:
    both = layouts(one=(PLAIN, OWN_IBAN), two=(OTHER, OTHER_IBAN))
    assert both.of(rows(OWN_IBAN)) == PLAIN
    assert both.of(rows(f"{OTHER_IBAN[:4]} {OTHER_IBAN[4:]}")) == OTHER
    (statement,) = read_statements(rows(OTHER_IBAN), both)
    assert statement.entries[0].details[0].counterparty_name == "koffie"


@pytest.mark.parametrize("accounts", [("NL02ABNA0123456789",), (OWN_IBAN, OTHER_IBAN)])
def test_what_two_mappings_read_alike_is_refused(accounts: tuple[str, ...]) -> None:
    both = layouts(one=(PLAIN, OWN_IBAN), two=(OTHER, OTHER_IBAN))
    with pytest.raises(UnreadableFile, match="2 CSV mappings read this file alike"):
        both.of(rows(*accounts))


def test_a_file_that_names_no_account_is_told_by_its_name() -> None:
    """Two accounts at one bank whose export says nothing of the account."""
    one = CsvMapping(account=OWN_IBAN, currency="EUR", columns=BARE, file_names="savings*")
    two = CsvMapping(account=OTHER_IBAN, currency="EUR", columns=BARE)
    both = layouts(one=(one, OWN_IBAN), two=(two, OTHER_IBAN))
    content = b"day;amount;text\n2026-08-03;1,00;koffie\n"
    assert both.named("savings-2026-08.csv").of(content) == one
    with pytest.raises(UnreadableFile, match="alike"):
        both.named("export.csv").of(content)


def test_a_file_no_mapping_reads_is_refused_and_the_only_mapping_says_what_is_wrong() -> None:
    content = b"date;sum\n2026-08-03;1,00\n"
    with pytest.raises(UnreadableFile, match="none of the 2 CSV mappings"):
        layouts(one=(PLAIN, OWN_IBAN), two=(LAYOUTS["ing"], OTHER_IBAN)).of(content)
    with pytest.raises(UnreadableFile) as refused:
        list(read_statements(content, layouts(one=(PLAIN, OWN_IBAN))))
    assert refused.value.problems[0].field == "day"


def test_the_first_rows_are_enough_of_a_large_file() -> None:
    both = layouts(one=(PLAIN, OWN_IBAN), two=(OTHER, OTHER_IBAN))
    large = rows(*[OWN_IBAN] * 5_000) + b"\nbroken"
    assert both.of(large) == PLAIN
