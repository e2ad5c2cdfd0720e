"""Statements a bank cut into pages are one statement again, by the bank's own words."""

from __future__ import annotations

from decimal import Decimal

from services.payments.formats.pages import joined
from services.payments.formats.read import read_statements
from services.payments.formats.statement import Statement
from services.payments.use_cases.read_statement_file import read_statement_file
from tests.unit.payments.formats import samples


def page(number: str, opening: str, closing: str, line: str) -> str:
    return f":20:R\n:25:{samples.OWN_IBAN}\n:28C:{number}\n{opening}\n{line}\n{closing}\n-\n"


FIRST = page("7/1", ":60F:C260803EUR100,00", ":62M:C260803EUR112,50", ":61:260803C12,50NTRFA")
SECOND = page("7/2", ":60M:C260803EUR112,50", ":62M:C260803EUR110,00", ":61:260803D2,50NTRFB")
THIRD = page("7/3", ":60M:C260803EUR110,00", ":62F:C260803EUR111,00", ":61:260803C1,00NTRFC")


def joined_of(text: str) -> list[Statement]:
    return list(joined(read_statements(text.encode())))


def test_pages_of_an_mt940_statement_are_joined() -> None:
    (statement,) = joined_of(FIRST + SECOND + THIRD)
    assert statement.start.number == "7/1"
    assert [entry.position for entry in statement.entries] == [1, 2, 3]
    assert statement.end.entry_count == 3
    assert statement.opening is not None
    assert statement.closing is not None
    assert statement.opening.amount.value == Decimal("100.00")
    assert statement.closing.amount.value == Decimal("111.00")


def test_a_page_that_does_not_follow_stays_alone() -> None:
    assert len(joined_of(FIRST + THIRD)) == 2
    other = SECOND.replace("7/2", "8/2")
    assert len(joined_of(FIRST + other)) == 2


def test_statements_of_whole_days_are_not_joined() -> None:
    day = page("7/1", ":60F:C260803EUR100,00", ":62F:C260803EUR112,50", ":61:260803C12,50NTRFA")
    next_day = page("7/2", ":60F:C260803EUR112,50", ":62F:C260803EUR113,50", ":61:260804C1,NTRFB")
    assert len(joined_of(day + next_day)) == 2


def camt_page(number: int, *, is_last: bool, entry: str) -> str:
    mark = str(is_last).lower()
    pages = f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{mark}</LastPgInd></StmtPgntn>"
    return samples.statement(entry).replace("<ElctrncSeqNb>", f"{pages}<ElctrncSeqNb>")


def test_pages_of_a_camt_statement_are_joined_by_their_numbers() -> None:
    first = camt_page(1, is_last=False, entry=samples.entry("1.00"))
    second = camt_page(2, is_last=True, entry=samples.entry("2.00"))
    (draft,) = read_statement_file(samples.camt(first, second))
    assert [line.amount.minor for line in draft.lines] == [100, 200]
    assert [line.entry_index for line in draft.lines] == [1, 2]
    apart = samples.camt(first, camt_page(3, is_last=True, entry=samples.entry("2.00")))
    assert len(read_statement_file(apart)) == 2
