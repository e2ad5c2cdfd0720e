"""Every real bank file beside this checkout is read as independent readers read it, or refused.

`expected.json` comes from such readers. Where it can be shown to be wrong, `corrected` says why.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.payments.formats.read import read_statements
from services.payments.formats.statement import Balance, EntryStatus, Statement
from services.payments.formats.unreadable import UnreadableFile

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"

# No statement is in them: an empty report, an empty document, a file of digits. Refusing says so.
REFUSED = {
    "camt.052/hbci4java/test-camt-parse-invalid.xml": "the message holds no statement",
    "camt.053/viafintech-camt_parser/invalid_namespace.xml": "there is no camt message",
    "camt.053/viafintech-camt_parser/valid_namespace.xml": "there is no camt message",
    "mt940/wolph-mt940/self-provided-invalid_statement.sta": "neither camt nor MT940",
}

# Closing balances without a currency are no balances to expected.json. The opening balance has
# one, and read in it each statement's sum holds.
WITHOUT_CLOSING_CURRENCY = "mt940/wolph-mt940/self-provided-raphaelm.sta"
# A second :25: between :61: and :62F: holds the details (:86: misspelt), and is no account.
WITH_SECOND_ACCOUNT = "mt940/wolph-mt940/betterplace-sepa_snippet_broken.sta"
# MT942 has no balances; its floor limit :34F: names the currency.
INTERIM = "mt940/wolph-mt940/self-provided-mt942.sta"

# Two files joined by the end-of-file sign of DOS: the fourth :20: begins a statement of another
# account. Read so, every sum holds; read as one, it does not.
JOINED = "mt940/zilverline-mt940/two_accounts.txt"


def expectations(*kinds: str) -> dict[str, Any]:
    path = DATA / "expected.json"
    if not path.is_file():
        return {}
    everything: dict[str, Any] = json.loads(path.read_text())
    return {name: entry for name, entry in everything.items() if name.startswith(kinds)}


def names(*kinds: str) -> list[Any]:
    reason = "the real bank files are not beside this checkout (../shared/data)"
    found = sorted(expectations(*kinds).keys() - REFUSED.keys() - {JOINED})
    return [*found] or [pytest.param("absent", marks=pytest.mark.skip(reason=reason))]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return expectations("camt.", "mt940/")


def statements_in(name: str) -> list[Statement]:
    with (DATA / name).open("rb") as file:
        return list(read_statements(file))


def signed(balance: Balance | None) -> Decimal | None:
    return None if balance is None else balance.amount.value


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def sums(values: Iterator[Decimal]) -> tuple[Decimal, Decimal]:
    credit = debit = Decimal(0)
    for value in values:
        if value > 0:
            credit += value
        else:
            debit -= value
    return credit, debit


def seen(statement: Statement) -> dict[str, Any]:
    """What both kinds of file have, under the names of expected.json."""
    booked = (e for e in statement.entries if e.status is EntryStatus.BOOKED)
    credit, debit = sums(entry.amount.value for entry in booked)
    return {
        "account": statement.start.account.number,
        "currency": statement.start.account.currency,
        "seq": statement.start.number,
        "opening": signed(statement.opening),
        "closing": signed(statement.closing),
        "entries": len(statement.entries),
        "sum_credit": credit,
        "sum_debit": debit,
        "reversal_entries": sum(entry.is_reversal for entry in statement.entries),
    }


def pages(statement: Statement) -> list[str] | None:
    if statement.start.page is None:
        return None
    return [str(statement.start.page), str(statement.start.is_last_page).lower()]


def seen_in_camt(statement: Statement) -> dict[str, Any]:
    entries = statement.entries
    details = [detail for entry in entries for detail in entry.details]
    credit, debit = sums(entry.amount.value for entry in entries)
    details_credit, details_debit = sums(d.amount.value for d in details if d.amount)
    batches = [batch for entry in entries for batch in entry.batches]
    return seen(statement) | {
        "id": statement.start.statement_id,
        "tx_details": len(details),
        "sum_credit_any_status": credit,
        "sum_debit_any_status": debit,
        "details_credit": details_credit,
        "details_debit": details_debit,
        "batch_entries": sum(bool(entry.batches) for entry in entries),
        "batch_nboftxs": sum(batch.transactions or 0 for batch in batches),
        "balances": [
            (b.type, abs(b.amount.value), b.amount.currency) for b in statement.end.balances
        ],
    }


MONEY = {
    "opening", "closing", "sum_credit", "sum_debit", "sum_credit_any_status",
    "sum_debit_any_status", "details_credit", "details_debit",
}  # fmt: skip


def wanted(row: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    row = dict(row)
    if "balances" in keys:
        row["balances"] = [(b["type"], Decimal(b["amount"]), b["ccy"]) for b in row["balances"]]
    return {key: decimal(row[key]) if key in MONEY else row[key] for key in keys}


@pytest.mark.parametrize("name", names("camt."))
def test_a_real_camt_file_is_read_to_the_cent(name: str, expected: dict[str, Any]) -> None:
    statements = statements_in(name)
    assert len(statements) == expected[name]["n_statements"]
    for statement, row in zip(statements, expected[name]["statements"], strict=True):
        found = seen_in_camt(statement)
        assert found == wanted(row, set(found))
        # expected.json has the pages of statements only, not those of whole messages.
        assert row["pages"] in (None, pages(statement))
    reasons = Counter(d.return_reason for s in statements for e in s.entries for d in e.details)
    del reasons[None]
    assert reasons == expected[name]["return_reasons"]


def corrected(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row of expected.json without what can be shown to be wrong in it."""
    row = dict(row)
    for key in ("seq", "ref"):
        # A number broken over two lines is one number; the end-of-file sign of DOS is no text.
        if row[key] is not None:
            row[key] = row[key].replace("\n", "").replace("\x1a", "")
    if name == WITHOUT_CLOSING_CURRENCY:
        movement = Decimal(row["sum_credit"]) - Decimal(row["sum_debit"])
        row["closing"] = str(Decimal(row["opening"]) + movement)
    if name == WITH_SECOND_ACCOUNT:
        lines = (DATA / name).read_text().splitlines()
        row["account"] = next(line[4:] for line in lines if line.startswith(":25:"))
    if name == INTERIM:
        row["currency"] = "EUR"
    return row


@pytest.mark.parametrize("name", names("mt940/"))
def test_a_real_mt940_file_is_read_to_the_cent(name: str, expected: dict[str, Any]) -> None:
    statements = statements_in(name)
    assert len(statements) == expected[name]["n_statements"]
    for statement, row in zip(statements, expected[name]["statements"], strict=True):
        found = seen(statement) | {"ref": statement.start.statement_id}
        assert found == wanted(corrected(name, row), set(found))


def test_files_joined_by_an_end_of_file_sign_are_read_as_two(shared_data: Path) -> None:
    statements = statements_in(JOINED)
    assert [len(statement.entries) for statement in statements] == [2, 0, 0, 1]
    for statement in statements:
        movement = sum(entry.amount.value for entry in statement.entries)
        opening, closing = signed(statement.opening), signed(statement.closing)
        assert opening is not None
        assert opening + movement == closing


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_real_file_without_a_statement_is_refused(name: str, shared_data: Path) -> None:
    with pytest.raises(UnreadableFile, match=REFUSED[name]) as refused:
        statements_in(name)
    assert refused.value.problems[0].line is not None


@pytest.mark.parametrize("kind", ["pain.001", "pain.002", "pain.008", "ubl"])
def test_a_real_file_of_another_kind_is_refused(kind: str, shared_data: Path) -> None:
    for path in (shared_data / kind).rglob("*.xml"):
        with pytest.raises(UnreadableFile):
            statements_in(str(path.relative_to(shared_data)))
