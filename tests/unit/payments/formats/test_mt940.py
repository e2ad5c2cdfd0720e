"""MT940 and MT942: statements, statement lines and balances in the dialects of banks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.payments.formats.read import read_statements
from services.payments.formats.statement import (
    Amount,
    Entry,
    EntryStatus,
    Statement,
)
from services.payments.formats.unreadable import UnreadableFile
from shared.errors import InvalidInput
from shared.money import Money
from tests.unit.payments.formats import samples
from tests.unit.payments.formats.samples import OWN_IBAN

HEAD = ":20:R-1\n:25:123456789\n:28C:7/1\n"


def read_one(document: bytes) -> Statement:
    (statement,) = read_statements(document)
    return statement


def entry_of(line: str, more: str = "") -> Entry:
    (entry,) = read_one(samples.mt940(f":61:{line}\n{more}")).entries
    return entry


def test_a_statement_tells_its_account_number_and_balances() -> None:
    statement = read_one(samples.mt940(":61:2608030803C12,50NTRFNONREF\n"))
    start = statement.start
    assert (start.format, start.line, start.statement_id, start.number) == (
        "mt940",
        1,
        "R-1",
        "7/1",
    )
    assert (start.account.iban, start.account.number) == (OWN_IBAN, OWN_IBAN)
    assert start.account.currency == "EUR"
    assert start.opening is not None
    assert start.opening.amount.money() == Money(10000, "EUR")
    assert statement.closing is not None
    assert (statement.closing.type, statement.closing.on) == ("CLBD", date(2026, 8, 3))
    assert statement.closing.amount.value == Decimal("112.50")


@pytest.mark.parametrize("written", [f"{OWN_IBAN}EUR", f"{OWN_IBAN} EUR", "NL91 ABNA 0417 1643 00"])
def test_an_account_keeps_its_writing_and_gives_its_iban(written: str) -> None:
    head = f":20:R\n:25:{written}\n:60F:C260803EUR0,\n"
    account = read_one(samples.mt940(head=head)).start.account
    assert (account.iban, account.number) == (OWN_IBAN, written)


@pytest.mark.parametrize("written", ["1234.56.789EUR", "TRIODOSBANK/0390123456", "28020050/14262"])
def test_an_account_that_is_no_iban_is_kept_as_written(written: str) -> None:
    head = f":20:R\n:25:{written}   \n:60F:C260803EUR0,\n"
    account = read_one(samples.mt940(head=head)).start.account
    assert (account.iban, account.number) == (None, written)


@pytest.mark.parametrize(
    ("mark", "cents", "is_reversal"),
    [
        ("C", 1250, False),
        ("D", -1250, False),
        ("CR", 1250, False),
        ("DR", -1250, False),
        ("RC", -1250, True),
        ("RD", 1250, True),
        ("RCR", -1250, True),
        ("RDR", 1250, True),
        ("CN", 1250, False),
        ("DD", -1250, False),
    ],
)
def test_a_reversed_credit_is_money_out_and_a_third_letter_is_of_the_currency(
    mark: str, cents: int, is_reversal: bool
) -> None:
    entry = entry_of(f"2608030803{mark}12,50NTRFNONREF")
    assert entry.amount.money() == Money(cents, "EUR")
    assert entry.is_reversal is is_reversal
    assert entry.status is EntryStatus.BOOKED


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,50", "12.5"),
        ("12,", "12"),
        ("12", "12"),
        (",5", "0.5"),
        ("000000000012,50", "12.5"),
        ("000000000012.50", "12.5"),
        ("1.234.567,89", "1234567.89"),
    ],
)
def test_an_amount_is_read_with_comma_point_or_nothing(text: str, value: str) -> None:
    assert entry_of(f"2608030803C{text}NTRFNONREF").amount == Amount(Decimal(value), "EUR")


@pytest.mark.parametrize("text", ["12..34", "12,,34", "1,2,3", ".", "1.23,4.5"])
def test_an_amount_not_understood_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(UnreadableFile, match="not an amount") as refused:
        entry_of(f"2608030803C{text}NTRFNONREF")
    (problem,) = refused.value.problems
    assert (problem.field, problem.line) == (":61: amount", 5)


@pytest.mark.parametrize(
    ("dates", "value_on", "booked_on"),
    [
        ("2608040803", date(2026, 8, 4), date(2026, 8, 3)),
        ("260804", date(2026, 8, 4), date(2026, 8, 4)),
        ("260804    ", date(2026, 8, 4), date(2026, 8, 4)),
        ("2701011231", date(2027, 1, 1), date(2026, 12, 31)),
        ("2612310101", date(2026, 12, 31), date(2027, 1, 1)),
        ("9912311231", date(1999, 12, 31), date(1999, 12, 31)),
        ("2402290229", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_the_booking_day_lies_in_the_year_nearest_to_the_value_date(
    dates: str, value_on: date, booked_on: date
) -> None:
    entry = entry_of(f"{dates}C1,NTRFNONREF")
    assert (entry.value_on, entry.booked_on) == (value_on, booked_on)


def test_a_value_date_of_30_february_is_the_last_day_of_the_month() -> None:
    """German banks count every month as 30 days for interest, and write such value dates."""
    assert entry_of("2602300301C1,NTRFNONREF").value_on == date(2026, 2, 28)
    assert entry_of("2402300301C1,NTRFNONREF").value_on == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("dates", "field"),
    [
        ("2604310501", ":61: value date"),
        ("2613010101", ":61: value date"),
        ("2603010230", ":61: entry date"),
    ],
)
def test_other_days_that_do_not_exist_are_refused(dates: str, field: str) -> None:
    with pytest.raises(UnreadableFile, match="no such day") as refused:
        entry_of(f"{dates}C1,NTRFNONREF")
    assert refused.value.problems[0].field == field


@pytest.mark.parametrize(
    ("rest", "code", "reference", "bank_reference"),
    [
        ("NTRFNONREF", "NTRF", None, None),
        ("NTRFEREF//0913452", "NTRF", None, "0913452"),
        ("NTRFINV-1//B-2", "NTRF", "INV-1", "B-2"),
        ("N654NONREF", "N654", None, None),
        ("FMSC01916//ABCDEF", "FMSC", "01916", "ABCDEF"),
        ("NIT NONREF", "NIT", None, None),
        (" NRTIKREF+//12", "NRTI", None, "12"),
        ("//19299", None, None, "19299"),
        ("S051", "S051", None, None),
    ],
)
def test_type_and_references_of_a_line(
    rest: str, code: str | None, reference: str | None, bank_reference: str | None
) -> None:
    entry = entry_of(f"2608030803C1,00{rest}")
    assert entry.code.proprietary == code
    assert (entry.entry_reference, entry.bank_reference) == (reference, bank_reference)


def test_an_expected_credit_is_not_booked() -> None:
    assert entry_of("2608030803EC1,NTRFNONREF").status is EntryStatus.PENDING


def test_every_entry_has_one_detail_with_its_amount() -> None:
    entry = entry_of("2608030803C1,NTRFNONREF")
    (detail,) = entry.details
    assert detail.amount == entry.amount


def test_identical_entries_on_a_day_are_two() -> None:
    line = ":61:2608030803C6,25NTRFNONREF\n:86:same\n"
    first, second = read_one(samples.mt940(line, line)).entries
    assert (first.position, second.position) == (1, 2)
    assert (first.line, second.line) == (5, 7)
    assert first.details == second.details


def test_several_statements_with_blocks_headers_and_trailers() -> None:
    swift = "{1:F01KNABNL2HAXXX0000000000}{2:I940KNABNL2HXXXXN3020}{4:\r\n"
    header = "ABNANL2A\r\n940\r\nABNANL2A\r\n"
    body = f"{HEAD}:60F:C260803EUR1,\n:61:260803C1,NTRFNONREF\n:86:x\n:62F:C260803EUR2,\n"
    body = body.replace("\n", "\r\n")
    file = (
        f"\x01{swift}{body}-}}\x03{swift}{body}-}}{{5:}}\r\n{header}{body}-\r\n:940:\r\n{body}\x1a"
    )
    statements = list(read_statements(file.encode()))
    assert [len(statement.entries) for statement in statements] == [1, 1, 1, 1]
    assert {statement.entries[0].details[0].remittance_text for statement in statements} == {"x"}
    assert all(statement.closing for statement in statements)


def test_a_statement_over_two_pages_marks_the_turn() -> None:
    first = f"{HEAD}:60F:C260803EUR1,\n:62M:C260803EUR2,\n-\n"
    second = f"{HEAD}:60M:C260803EUR2,\n:62F:C260803EUR3,\n-\n"
    one, two = read_statements((first + second).encode())
    assert one.closing is not None
    assert two.opening is not None
    assert (one.closing.is_intermediate, two.opening.is_intermediate) == (True, True)
    assert (one.closing.type, two.opening.type) == ("CLBD", "OPBD")


def test_a_closing_balance_without_a_currency_is_in_that_of_the_opening() -> None:
    statement = read_one(f"{HEAD}:60F:C260803EUR1,\n:62F:C2608032,50\n".encode())
    assert statement.closing is not None
    assert statement.closing.amount == Amount(Decimal("2.50"), "EUR")


def test_a_currency_behind_the_account_number_serves_where_no_other_is_given() -> None:
    file = b":20:R\n:25:1234.56.789EUR\n:60F:C2608031,00\n:61:260803C2,00NTRFNONREF\n"
    statement = read_one(file)
    assert statement.opening is not None
    assert statement.opening.amount == Amount(Decimal("1.00"), "EUR")
    assert statement.entries[0].amount == Amount(Decimal("2.00"), "EUR")


def test_a_forecast_that_cannot_be_read_is_left_out() -> None:
    statement = read_one(samples.mt940(foot=":62F:C260803EUR1,\n:65:Dnullnull7414,3\n"))
    assert [balance.type for balance in statement.end.balances] == ["OPBD", "CLBD"]


@pytest.mark.parametrize(
    ("balance", "message"),
    [
        (":60F:C260230EUR1,00", "no such day"),
        (":60F:C260803EURO1,00", "not a currency: 'EURO'"),
        (":60F:C260803eur1,00", "not a currency"),
        (":60F:C260803EUR1..0", "not an amount"),
        (":60F:X260803EUR1,00", "not a balance"),
        (":60F:", "not a balance"),
    ],
)
def test_an_opening_balance_not_understood_is_refused(balance: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message) as refused:
        read_one((HEAD + balance + "\n").encode())
    assert (refused.value.problems[0].field, refused.value.problems[0].line) == (":60F:", 4)


def test_an_interim_report_takes_its_currency_from_the_floor_limit() -> None:
    statement = read_one(
        b":20:R\n:25:123\n:28C:1/1\n:34F:EURD0,00\n:13D:2608031730+0000\n"
        b":61:2608030803D0,42MCI0NONREF//1\n:86:x\n:90D:1EUR0,42\n"
    )
    assert (statement.start.format, statement.opening) == ("mt942", None)
    assert statement.entries[0].amount == Amount(Decimal("-0.42"), "EUR")


def test_a_fragment_without_any_currency_is_readable_but_no_money() -> None:
    (entry,) = read_one(b":61:260701CN50,00NZ10NONREF\n-\n").entries
    assert entry.amount == Amount(Decimal("50.00"), "XXX")
    with pytest.raises(InvalidInput, match="unknown currency 'XXX'"):
        entry.amount.money()


def test_a_currency_of_the_past_is_readable_but_no_money() -> None:
    (entry,) = read_one(b":60F:C020315DEM0,00\n:61:0203170320CM5000,00S051\n").entries
    assert entry.amount == Amount(Decimal("5000.00"), "DEM")
    with pytest.raises(InvalidInput, match="unknown currency"):
        entry.amount.money()


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "Müller Łódź Şen"),
        ("latin-1", "Müller José Weiß"),
        ("cp1252", "Müller – €uro ’t Huis"),
        ("cp852", "Müller Weiß Größe"),
        ("cp852", "Wiśniewska Łódź Żółć"),
    ],
)
def test_the_text_is_read_in_the_encoding_it_was_written_in(codec: str, name: str) -> None:
    line = f":61:2608030803C1,NTRFNONREF\n:86:/EREF/1/NAME/{name}/REMI/x\n"
    file = samples.mt940(line).decode().encode(codec)
    assert read_one(file).entries[0].details[0].counterparty_name == name


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end: str) -> None:
    file = samples.mt940(":61:2608030803C12,50NTRFNONREF\n:86:one\n").decode().replace("\n", end)
    entry = read_one(file.encode()).entries[0]
    assert (entry.line, entry.details[0].remittance_text) == (5, "one")


def test_a_line_broken_before_its_amount_is_put_together() -> None:
    file = b":60F:C260803EUR0,\n:61:1811261126CR\n30,00N062NONREF\n:\n86:166?00GIRO?20SVWZ+Test\n"
    (entry,) = read_one(file).entries
    assert entry.amount == Amount(Decimal("30.00"), "EUR")
    assert (entry.code.proprietary, entry.details[0].remittance_text) == ("N062+166", "Test")


@pytest.mark.parametrize("line", ["", "nonsense", "2608030803X1,NTRF", "26080C1,00NTRF"])
def test_a_statement_line_not_understood_is_refused(line: str) -> None:
    with pytest.raises(UnreadableFile, match="not a statement line") as refused:
        entry_of(line)
    assert (refused.value.problems[0].field, refused.value.problems[0].line) == (":61:", 5)


def test_text_that_looks_like_a_field_stays_text() -> None:
    details = ":86:106?00X?20SVWZ+at 16\n:26: Uhr\n:25: second\n:12:34 more\n"
    entry = entry_of("2608030803C1,NTRFNONREF", details)
    assert entry.details[0].remittance_text == "at 16:26: Uhr:25: second:12:34 more"


def test_details_misspelt_as_an_account_are_details() -> None:
    entry = entry_of("2608030803C1,NTRFNONREF", ":25:166?00GIRO?20EREF+E-1\n")
    assert entry.details[0].end_to_end_id == "E-1"


def test_details_after_the_closing_balance_are_not_of_the_last_entry() -> None:
    foot = ":62F:C260803EUR1,\n:86:/SUM/1/1/9,00/8,00/\n-\n"
    statement = read_one(samples.mt940(":61:2608030803C1,NTRFNONREF\n:86:mine\n", foot=foot))
    assert statement.entries[0].details[0].remittance_text == "mine"
