from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.payments.domain.debit import our_reference
from services.payments.formats.unreadable import UnreadableFile
from services.payments.use_cases.place_reports import known_until
from services.payments.use_cases.read_statement_file import read_statement_file
from shared.ids import uuid7
from tests.factories.payments import Booked, Part, camt053, paid

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LATER = datetime(2026, 5, 1, tzinfo=UTC)


def amounts(content: bytes) -> list[int]:
    (draft,) = read_statement_file(content)
    return [line.amount.minor for line in draft.lines]


def test_details_that_explain_an_entry_become_its_lines() -> None:
    parts = (Part(cents=300), Part(cents=700))
    assert amounts(camt053([Booked(1_000, parts)])) == [300, 700]


def test_what_details_leave_unexplained_is_a_line_of_its_own() -> None:
    (draft,) = read_statement_file(camt053([Booked(1_000, (Part(cents=300),) * 2)]))
    assert [(line.amount.minor, line.is_remainder) for line in draft.lines] == [
        (300, False),
        (300, False),
        (400, True),
    ]


def test_an_entry_without_details_is_one_line() -> None:
    assert amounts(camt053([Booked(-250)])) == [-250]


def test_a_batch_of_ours_without_its_debits_named_stays_whole() -> None:
    reference = our_reference(uuid7())
    parts = (Part(cents=300), Part(cents=700))
    (draft,) = read_statement_file(camt053([Booked(1_000, parts, batch=reference)]))
    (line,) = draft.lines
    assert (line.amount.minor, line.batch_references) == (1_000, (reference,))


def test_a_batch_of_ours_with_its_debits_named_comes_apart() -> None:
    parts = tuple(Part(cents=500, end_to_end_id=our_reference(uuid7())) for _ in range(2))
    content = camt053([Booked(1_000, parts, batch=our_reference(uuid7()))])
    assert amounts(content) == [500, 500]


def test_pending_entries_are_counted_and_not_booked() -> None:
    content = camt053([paid(100), paid(200)], closing=100).replace(b"BOOK", b"PDNG", 1)
    (draft,) = read_statement_file(content)
    assert (draft.entry_count, draft.unbooked_count, draft.entries.minor) == (1, 1, 200)


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        (b'<Ntry><Amt Ccy="EUR">1.00', b'<Ntry><Amt Ccy="EUR">1.005', "Amt"),
        (b'<Ntry><Amt Ccy="EUR">', b'<Ntry><Amt Ccy="USD">', "Amt"),
        (b"<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id>", b"<Acct>", "account"),
        # No day comes after it, at whose beginning the statement's bookings would be known.
        (b"2026-04-01", b"9999-12-31", "closing"),
    ],
)
def test_what_cannot_be_booked_is_refused_by_line_and_field(
    before: bytes, after: bytes, field: str
) -> None:
    content = camt053([Booked(100)]).replace(before, after)
    with pytest.raises(UnreadableFile) as refused:
        read_statement_file(content)
    (problem,) = refused.value.problems
    assert (problem.field, problem.line is not None) == (field, True)


@pytest.mark.parametrize(
    ("made", "known"),
    [
        # Made at noon of its last day: known until noon. Made the day after: until midnight.
        (b"2026-04-01T12:00:00", datetime(2026, 4, 1, 12, tzinfo=AMSTERDAM)),
        (b"2026-04-02T05:00:00", datetime(2026, 4, 2, 0, tzinfo=AMSTERDAM)),
        (b"2026-04-01T12:00:00Z", datetime(2026, 4, 1, 12, tzinfo=UTC)),
    ],
)
def test_bookings_are_known_until_the_statement_was_made(made: bytes, known: datetime) -> None:
    content = camt053([paid(100)], day=date(2026, 4, 1)).replace(b"2026-04-01T23:00:00", made)
    (draft,) = read_statement_file(content)
    assert known_until(draft, AMSTERDAM, LATER) == known


def test_nothing_is_known_of_the_future() -> None:
    (draft,) = read_statement_file(camt053([paid(100)], day=date(2026, 4, 1)))
    now = datetime(2026, 4, 1, 7, tzinfo=UTC)
    assert known_until(draft, AMSTERDAM, now) == now


def test_an_empty_shell_between_mt940_statements_is_passed_over() -> None:
    statement = (
        ":20:940A\n:25:NL91ABNA0417164300\n:28C:1\n:60F:C260401EUR0,00\n:62F:C260401EUR0,00\n-\n"
    )
    (draft,) = read_statement_file(f"{statement}:20:940A\n-\n".encode())
    assert draft.account_number == "NL91ABNA0417164300"
    with pytest.raises(UnreadableFile, match="tells anything"):
        read_statement_file(b":20:940A\n-\n")
