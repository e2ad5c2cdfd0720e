"""Entries in a foreign currency: what was instructed, what was booked, and the bank's rate.

The rate is a fact to show. Booked is what the bank booked, so nothing is calculated with it.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from services.payments.formats.read import read_statements
from services.payments.formats.statement import Amount, Entry
from services.payments.use_cases.read_statement_file import read_statement_file
from shared.money import Money
from tests.unit.payments.formats import samples

USD = Amount(Decimal("10.00"), "USD")
BOOKED = Amount(Decimal("9.10"), "EUR")


def entry_of(document: bytes) -> Entry:
    (statement,) = read_statements(document)
    (entry,) = statement.entries
    return entry


def exchanged(rate: str = "1.0989", place: str = "InstdAmt", amount: str = "10.00") -> str:
    """AmtDtls as ISO 20022 has them; `place` is the amount the exchange stands with."""
    exchange = (
        "<CcyXchg><SrcCcy>USD</SrcCcy><TrgtCcy>EUR</TrgtCcy><UnitCcy>EUR</UnitCcy>"
        f"<XchgRate>{rate}</XchgRate></CcyXchg>"
    )
    told = {"InstdAmt": "", "TxAmt": "", "CntrValAmt": "", place: exchange}
    return (
        f'<AmtDtls><InstdAmt><Amt Ccy="USD">{amount}</Amt>{told["InstdAmt"]}</InstdAmt>'
        f'<TxAmt><Amt Ccy="EUR">9.10</Amt>{told["TxAmt"]}</TxAmt>'
        f'<CntrValAmt><Amt Ccy="EUR">9.10</Amt>{told["CntrValAmt"]}</CntrValAmt></AmtDtls>'
    )


def camt(*, of_entry: str = "", of_detail: str = "") -> bytes:
    details = f"<TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs>{of_detail}</TxDtls>"
    return samples.camt(
        samples.statement(
            samples.balance("OPBD", "0.00"),
            samples.entry("9.10", more=of_entry, details=details),
            samples.balance("CLBD", "9.10"),
        )
    )


@pytest.mark.parametrize("place", ["InstdAmt", "TxAmt", "CntrValAmt"])
def test_camt_tells_the_rate_with_any_of_its_amounts(place: str) -> None:
    entry = entry_of(camt(of_detail=exchanged(place=place)))
    (detail,) = entry.details
    assert (entry.amount, detail.original_amount) == (BOOKED, USD)
    assert (detail.exchange_rate, entry.exchange_rate) == (Decimal("1.0989"), None)


def test_camt_tells_the_rate_of_a_whole_entry() -> None:
    entry = entry_of(camt(of_entry=exchanged()))
    assert (entry.original_amount, entry.exchange_rate) == (USD, Decimal("1.0989"))
    assert entry.details[0].exchange_rate is None


@pytest.mark.parametrize("rate", ["", "1,0989", "NaN", "1e5", "unknown"])
def test_a_rate_that_is_no_number_is_left_out_and_the_entry_read(rate: str) -> None:
    entry = entry_of(camt(of_detail=exchanged(rate=rate)))
    assert (entry.amount, entry.details[0].exchange_rate) == (BOOKED, None)


def test_mt940_tells_the_rate_and_what_was_instructed() -> None:
    entry = entry_of(
        samples.mt940(
            ":61:2608030803C9,10NTRFEREF//B\n/OCMT/USD10,00//CHGS/EUR0,25/\n"
            ":86:/EREF/E-1//EXCH/1,0989//REMI/USTD//order 7/\n"
        )
    )
    (detail,) = entry.details
    assert (entry.amount, detail.original_amount) == (BOOKED, USD)
    assert (detail.exchange_rate, detail.charges) == (
        Decimal("1.0989"),
        Amount(Decimal("0.25"), "EUR"),
    )
    assert detail.remittance_text == "order 7"


@pytest.mark.parametrize(
    "tags", ["/EXCH/much//OCMT/10,00/", "/EXCH//OCMT//", "/OCMT/USD/", "/OCMT/DOLLAR10,00/"]
)
def test_mt940_tags_that_say_no_amount_or_rate_say_nothing(tags: str) -> None:
    (detail,) = entry_of(samples.mt940(f":61:260803C9,10NTRF\n:86:/EREF/E-1/{tags}\n")).details
    assert (detail.exchange_rate, detail.original_amount) == (None, None)


@pytest.mark.parametrize(
    "document",
    [
        camt(of_detail=exchanged()),
        samples.mt940(
            ":61:260803C9,10NTRFEREF//B\n/OCMT/USD10,00/\n:86:/EXCH/1,0989//REMI/x/\n",
            foot=":62F:C260803EUR109,10\n-\n",
        ),
    ],
    ids=["camt", "mt940"],
)
def test_what_is_booked_is_the_amount_in_the_accounts_currency(document: bytes) -> None:
    (draft,) = read_statement_file(document)
    assert [line.amount for line in draft.lines] == [Money(910, "EUR")]


def test_every_rate_in_a_real_file_is_told_by_its_entry_or_a_detail(shared_data: Path) -> None:
    """Read once more by a plain walk over the XML."""
    file_count = 0
    for path in sorted(shared_data.glob("camt.05*/*/*.xml")):
        content = path.read_bytes()
        if b"<XchgRate>" not in content:
            continue
        entries = [entry for one in read_statements(content) for entry in one.entries]
        for walked, entry in zip(etree.fromstring(content).iter("{*}Ntry"), entries, strict=True):
            rates = {Decimal(rate.text) for rate in walked.iter("{*}XchgRate")}
            told = {entry.exchange_rate, *(detail.exchange_rate for detail in entry.details)}
            assert told - {None} == rates, path.relative_to(shared_data)
        file_count += 1
    assert file_count >= 6
