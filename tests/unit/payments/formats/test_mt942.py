"""MT942 interim reports: no balances, floor limits, and the moment up to which they tell all.

Source: SWIFT User Handbook, Category 9, MT 942 (fields 13D, 34F, 61, 90C, 90D).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from services.payments.formats.read import read_statements
from services.payments.formats.statement import Amount, EntryStatus, Statement
from services.payments.use_cases.read_statement_file import read_statement_file
from tests.unit.payments.formats.samples import OTHER_IBAN, OWN_IBAN

ENTRIES = (
    f":61:2608030803C12,50NTRFEREF//B-1\n:86:/EREF/E-1//CNTP/{OTHER_IBAN}/COBADEFF/Jansen///REMI/USTD//x/\n"
    ":61:2608030803D2,00NMSCNONREF\n:86:166?00KOSTEN?20Porto\n"
)
SUMS = ":90D:1EUR2,00\n:90C:1EUR12,50\n:86:Only what was booked so far\n"


def report(
    *,
    floors: str = ":34F:EURD0,\n:34F:EURC0,\n",
    moment: str = ":13D:2608031730+0200\n",
    entries: str = ENTRIES,
) -> bytes:
    return f":20:R-1\n:25:{OWN_IBAN}\n:28C:3/1\n{floors}{moment}{entries}{SUMS}-\n".encode()


def read_one(document: bytes) -> Statement:
    (statement,) = read_statements(document)
    return statement


def test_an_interim_report_tells_bookings_and_no_balance() -> None:
    statement = read_one(report())
    assert (statement.start.format, statement.start.number) == ("mt942", "3/1")
    assert (statement.opening, statement.closing, statement.end.balances) == (None, None, ())
    assert [entry.amount for entry in statement.entries] == [
        Amount(Decimal("12.50"), "EUR"),
        Amount(Decimal("-2.00"), "EUR"),
    ]
    (detail,) = statement.entries[0].details
    assert (detail.end_to_end_id, detail.counterparty_name) == ("E-1", "Jansen")


def test_the_remark_behind_the_sums_belongs_to_no_entry() -> None:
    (detail,) = read_one(report()).entries[1].details
    assert (detail.remittance_text, detail.additional_info) == ("Porto", "KOSTEN")


@pytest.mark.parametrize(
    ("written", "made_at"),
    [
        (":13D:2608031730+0200\n", datetime(2026, 8, 3, 15, 30, tzinfo=UTC)),
        (":13D:2608031730-0130\n", datetime(2026, 8, 3, 19, 0, tzinfo=UTC)),
        (":13:2608031730\n", datetime.fromisoformat("2026-08-03T17:30")),
        (":13D:2608032560+0200\n", None),
        (":13D:later today\n", None),
        ("", None),
    ],
)
def test_the_moment_it_was_made_is_told_with_its_offset(
    written: str, made_at: datetime | None
) -> None:
    assert read_one(report(moment=written)).start.created_at == made_at


def test_the_drafts_of_an_interim_report_say_until_when_it_tells_all() -> None:
    """A report of half past five that comes at midnight knows nothing of the evening."""
    (draft,) = read_statement_file(report())
    assert (draft.kind, draft.entry_count) == ("interim", 2)
    assert draft.created_at == datetime(2026, 8, 3, 17, 30, tzinfo=timezone(timedelta(hours=2)))


def test_one_floor_limit_for_both_sides_names_the_currency_too() -> None:
    entries = read_one(report(floors=":34F:EUR0,\n")).entries
    assert {entry.amount.currency for entry in entries} == {"EUR"}


def test_expected_entries_are_told_and_not_booked() -> None:
    entries = ":61:260803EC5,00NTRFNONREF\n:61:260803ED1,00NTRFNONREF\n"
    statement = read_one(report(entries=entries))
    assert [(entry.amount.value, entry.status) for entry in statement.entries] == [
        (Decimal("5.00"), EntryStatus.PENDING),
        (Decimal("-1.00"), EntryStatus.PENDING),
    ]


def test_a_report_without_entries_is_one() -> None:
    statement = read_one(report(entries=""))
    assert (statement.start.format, statement.entries) == ("mt942", ())


def test_a_statement_and_an_interim_report_in_one_file_are_told_apart() -> None:
    statement = (
        b":20:S\n:25:" + OWN_IBAN.encode() + b"\n:28C:1\n:60F:C260803EUR0,\n:62F:C260803EUR0,\n"
    )
    formats = [one.start.format for one in read_statements(report() + statement + report())]
    assert formats == ["mt942", "mt940", "mt942"]
