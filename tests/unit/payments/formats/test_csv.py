"""CSV files by a mapping: what their rows come to mean, and how a wrong one is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.payments.formats.csv_layouts import LAYOUTS
from services.payments.formats.csv_mapping import CsvColumns, CsvMapping
from services.payments.formats.csv_statement import read_csv
from services.payments.formats.read import read_statements
from services.payments.formats.statement import Statement
from services.payments.formats.unreadable import UnreadableFile
from services.payments.use_cases.read_statement_file import read_statement_file
from shared.errors import Problem
from shared.money import Money
from tests.unit.payments.formats import samples
from tests.unit.payments.formats.samples import OTHER_IBAN, OWN_IBAN

ING_HEAD = (
    '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";'
    '"Mutatiesoort";"Mededelingen";"Saldo na mutatie";"Tag"\n'
)
ING = (
    f'{ING_HEAD}"20260804";"J. Jansen";"{OWN_IBAN}";"{OTHER_IBAN}";"OV";"Bij";"1.012,50";'
    '"Overschrijving";"Naam: J. Jansen Omschrijving: 2026-0017";"1.092,50";""\n'
    f'"20260803";"Drukkerij; en meer";"{OWN_IBAN}";"";"GT";"Af";"20,00";"Online";"Brieven";'
    '"80,00";""\n'
)
RABOBANK = (
    '"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn",'
    '"Tegenrekening IBAN/BBAN","Naam tegenpartij","Naam uiteindelijke partij",'
    '"Naam initiërende partij","BIC tegenpartij","Code","Batch ID","Transactiereferentie",'
    '"Machtigingskenmerk","Incassant ID","Betalingskenmerk","Omschrijving-1","Omschrijving-2",'
    '"Omschrijving-3","Reden retour","Oorspr bedrag","Oorspr munt","Koers"\n'
    f'"{OWN_IBAN}","EUR","RABONL2U","000000000000000017","2026-08-03","2026-08-04","-12,50",'
    f'"+87,50","{OTHER_IBAN}","Zoë","","","COBADEFF","ei","","E2E-1","M-1","","RF18539007547034",'
    '"een","twee"," ","MD06","","",""\n'
)
ABN_AMRO = "123456789\tEUR\t20260803\t100,00\t75,00\t20260803\t-25,00\tBEA 03.08.26 Kantoor\n"
BUNQ = (
    '"Date","Interest Date","Amount","Account","Counterparty","Name","Description"\n'
    f'"2026-08-03","2026-08-03","-1,012.50","{OWN_IBAN}","{OTHER_IBAN}","JOE","a, b"\n'
)
KNAB = (
    "KNAB EXPORT;;;;\nRekeningnummer;Transactiedatum;Valutacode;CreditDebet;Bedrag;"
    "Tegenrekeningnummer;Tegenrekeninghouder;Valutadatum;Betaalwijze;Omschrijving;Type betaling;"
    "Machtigingsnummer;Incassant ID;Adres;Referentie;Boekdatum;\n"
    f'"{OWN_IBAN}";"03-08-2026";"EUR";"D";"827,75";"{OTHER_IBAN}";"Naam";"04-08-2026";"Ideal";'
    '"Waterrekening";"";"";"";"";"R-1";"03-08-2026";\n'
)
TRIODOS = f'"03-08-2026","{OWN_IBAN}","12,50","Debet","Naam","{OTHER_IBAN}","ET","tekst","87,50"\n'

EXAMPLES = {
    "ing": ING.encode(),
    "ing-comma": ING.replace("Drukkerij; en meer", "x").replace(";", ",").encode(),
    "rabobank": RABOBANK.encode("cp1252"),
    "abn-amro": ABN_AMRO.encode(),
    "bunq": BUNQ.encode(),
    "knab": KNAB.encode(),
    "triodos": TRIODOS.encode(),
}
SIMPLE = CsvMapping(
    account=OWN_IBAN,
    currency="EUR",
    columns=CsvColumns(booked_on="day", amount="amount", balance_after="after", texts=("text",)),
)


def one(name: str) -> Statement:
    (statement,) = read_csv(EXAMPLES[name], LAYOUTS[name])
    return statement


def simple(*rows: str) -> bytes:
    return "\n".join(["day;amount;after;text", *rows]).encode()


def refusal(content: bytes, mapping: CsvMapping) -> Problem:
    with pytest.raises(UnreadableFile) as refused:
        read_csv(content, mapping)
    (problem,) = refused.value.problems
    return problem


def test_every_layout_has_an_example_and_a_month() -> None:
    assert EXAMPLES.keys() == LAYOUTS.keys()
    assert all(mapping.as_of for mapping in LAYOUTS.values())


@pytest.mark.parametrize(
    ("name", "value", "booked_on", "iban", "text"),
    [
        ("ing", "-20.00", date(2026, 8, 3), None, "Brieven"),
        ("ing-comma", "-20.00", date(2026, 8, 3), None, "Brieven"),
        ("rabobank", "-12.50", date(2026, 8, 3), OTHER_IBAN, "een\ntwee"),
        ("abn-amro", "-25.00", date(2026, 8, 3), None, "BEA 03.08.26 Kantoor"),
        ("bunq", "-1012.50", date(2026, 8, 3), OTHER_IBAN, "a, b"),
        ("knab", "-827.75", date(2026, 8, 3), OTHER_IBAN, "Waterrekening"),
        ("triodos", "-12.50", date(2026, 8, 3), OTHER_IBAN, "tekst"),
    ],
)
def test_the_layouts_of_the_banks_are_read(
    name: str, value: str, booked_on: date, iban: str | None, text: str
) -> None:
    entry = one(name).entries[0]
    (detail,) = entry.details
    assert (entry.amount.value, entry.amount.currency) == (Decimal(value), "EUR")
    assert entry.booked_on == booked_on
    assert (detail.counterparty_iban, detail.remittance_text) == (iban, text)


def test_a_rabobank_row_keeps_all_that_identifies_the_payment() -> None:
    (detail,) = one("rabobank").entries[0].details
    assert (detail.end_to_end_id, detail.mandate_id) == ("E2E-1", "M-1")
    assert detail.structured_reference == "RF18539007547034"
    assert (detail.return_reason, detail.counterparty_name) == ("MD06", "Zoë")


def test_rows_newest_first_are_turned_and_their_balances_open_and_close_the_statement() -> None:
    statement = one("ing")
    assert [entry.position for entry in statement.entries] == [1, 2]
    assert [entry.line for entry in statement.entries] == [3, 2]
    assert statement.opening is not None
    assert statement.closing is not None
    assert statement.opening.amount.value == Decimal("100.00")
    assert statement.closing.amount.value == Decimal("1092.50")


def test_balances_that_do_not_follow_from_each_other_are_no_balances() -> None:
    (statement,) = read_csv(
        simple("2026-08-03;1,00;1,00;a", "2026-08-04;1,00;9,00;b", "2026-08-05;1,00;10,00;c"),
        SIMPLE,
    )
    assert (statement.opening, statement.closing) == (None, None)
    assert len(statement.entries) == 3


def test_the_id_comes_from_what_the_rows_say_and_not_from_how_the_file_is_written() -> None:
    (first,) = read_csv(simple("2026-08-03;1,00;1,00;a"), SIMPLE)
    (again,) = read_csv(
        simple("", "2026-08-03;1,00;1,00;a", "", "").replace(b"\n", b"\r\n"), SIMPLE
    )
    (other,) = read_csv(simple("2026-08-03;1,00;1,00;b"), SIMPLE)
    assert first.start.statement_id == again.start.statement_id
    assert first.start.statement_id != other.start.statement_id


def test_rows_of_two_accounts_are_two_statements() -> None:
    second = TRIODOS.replace(OWN_IBAN, "NL86INGB0002445588")
    statements = read_csv((TRIODOS + second + TRIODOS).encode(), LAYOUTS["triodos"])
    numbers = [(s.start.account.number, len(s.entries)) for s in statements]
    assert numbers == [(OWN_IBAN, 2), ("NL86INGB0002445588", 1)]


def test_a_number_of_the_time_before_iban_is_the_account_of_the_mapping_that_ends_with_it() -> None:
    mapping = LAYOUTS["abn-amro"].model_copy(update={"account": OWN_IBAN})
    ours = ABN_AMRO.replace("123456789", OWN_IBAN[-9:])
    statements = read_csv((ours + ABN_AMRO).encode(), mapping)
    assert [s.start.account.number for s in statements] == [OWN_IBAN, "123456789"]


def test_debit_and_credit_may_have_columns_of_their_own() -> None:
    columns = CsvColumns(booked_on="day", debit="out", credit="in")
    mapping = SIMPLE.model_copy(update={"columns": columns})
    content = b"day;out;in\n2026-08-03;1,50;\n2026-08-03;;2,00\n"
    (statement,) = read_csv(content, mapping)
    assert [entry.amount.value for entry in statement.entries] == [Decimal("-1.5"), Decimal(2)]


@pytest.mark.parametrize(
    ("row", "line", "field", "message"),
    [
        ("2026-08-03;1.00;1,00;a", 3, "amount", "not an amount: '1.00'"),
        ("2026-08-03;;1,00;a", 3, "amount", "not an amount: nothing"),
        ("2026-02-30;1,00;1,00;a", 3, "day", "not a day as YYYY-MM-DD: '2026-02-30'"),
        ("2026-08-03;1,00;x,y;a", 3, "after", "not an amount"),
        ("2026-08-03;1,00", 3, "row", "2 columns where 4 are needed"),
        ('2026-08-03;1,00;1,00;"a\nb";"c', 3, "row", "not a row of a CSV"),
    ],
)
def test_a_row_not_understood_is_refused_by_line_and_column(
    row: str, line: int, field: str, message: str
) -> None:
    problem = refusal(simple('2026-08-03;0,00;0,00;"fine"', row), SIMPLE)
    assert (problem.line, problem.field) == (line, field)
    assert message in problem.message


def test_a_row_behind_a_text_of_several_lines_keeps_its_line() -> None:
    problem = refusal(simple('2026-08-03;0,00;0,00;"a\nb"', "2026-08-03;x;0,00;c"), SIMPLE)
    assert problem.line == 4


def test_a_layout_that_does_not_fit_is_refused_by_the_heading_it_misses() -> None:
    problem = refusal(EXAMPLES["bunq"], LAYOUTS["rabobank"])
    assert (problem.field, problem.line) == ("Datum", 1)


def test_bytes_of_another_encoding_are_refused_with_their_line() -> None:
    problem = refusal(simple("2026-08-03;1,00;1,00;a").replace(b"a", b"\xe9", 2), SIMPLE)
    assert problem.field == "encoding"


def test_a_nought_byte_in_a_text_is_refused_with_its_line() -> None:
    """No database keeps it: better said here than when the file is stored."""
    rows = simple("2026-08-03;1,00;1,00;fine", "2026-08-03;1,00;2,00;no\x00t")
    problem = refusal(rows, SIMPLE)
    assert (problem.field, problem.line) == ("encoding", 3)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"day;amount;after;text\n"])
def test_a_file_without_rows_is_refused(content: bytes) -> None:
    assert "no row" in refusal(content, SIMPLE).message


@pytest.mark.parametrize(
    "columns",
    [
        {"booked_on": "d"},
        {"booked_on": "d", "amount": "a", "debit": "b"},
        {"booked_on": "d", "debit": "a", "sign": "s"},
        {"booked_on": "d", "amount": "a", "nonsense": "x"},
    ],
)
def test_a_mapping_that_cannot_work_is_refused(columns: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        CsvMapping.model_validate({"account": "1", "currency": "EUR", "columns": columns})


def test_a_mapping_survives_being_stored() -> None:
    for mapping in LAYOUTS.values():
        assert CsvMapping.model_validate_json(mapping.model_dump_json()) == mapping


def test_with_a_mapping_a_file_is_still_known_by_its_content() -> None:
    camt = samples.camt(samples.statement(samples.entry()))
    (statement,) = read_statements(camt, LAYOUTS["ing"])
    assert statement.start.format == "camt.053.001.02"


def test_a_csv_becomes_a_draft_to_be_stored() -> None:
    (draft,) = read_statement_file(EXAMPLES["ing"], LAYOUTS["ing"])
    assert (draft.format, draft.account_number, draft.number) == ("csv", OWN_IBAN, "")
    assert (draft.opening, draft.closing) == (Money(10000, "EUR"), Money(109250, "EUR"))
    assert draft.closes_on == date(2026, 8, 4)
    assert [line.amount.minor for line in draft.lines] == [-2000, 101250]


@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**9), st.text('ab;" \n,', max_size=9)), min_size=1)
)
def test_every_amount_and_text_comes_back_as_written(rows: list[tuple[int, str]]) -> None:
    """Written as a bank writes it, quotes doubled; balances chain, so opening and closing agree."""
    after, lines = 0, []
    for cents, text in rows:
        after += cents
        quoted = text.replace('"', '""')
        lines.append(f'2026-08-03;{_written(cents)};{_written(after)};"{quoted}"')
    (statement,) = read_csv(simple(*lines), SIMPLE)
    values = [entry.amount.money().minor for entry in statement.entries]
    assert sorted(values) == sorted(cents for cents, _ in rows)
    assert statement.opening is not None
    assert statement.closing is not None
    assert statement.opening.amount.value + sum(values) / Decimal(100) == (
        statement.closing.amount.value
    )


def _written(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02}"
