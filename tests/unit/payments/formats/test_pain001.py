"""SEPA credit transfer files: valid against the official schemas, exact in counts and sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from services.payments.formats.credit_transfer import CreditTransfer, Debtor, TransferBatch
from services.payments.formats.direct_debit import PostalAddress
from services.payments.formats.pain001 import Version, write_pain001
from services.payments.formats.sepa_text import sepa_text
from shared.errors import InvalidInput
from shared.money import Money

DEBTOR = Debtor(
    "Waterbedrijf Oost & Zonen",
    "NL91 ABNA 0417 1643 00",
    address=PostalAddress("Zwolle", "NL", "Kade", "1a", "8011 AA"),
)
TRANSFER = CreditTransfer("E2E-1", Money(1_250, "EUR"), "J. Jansen", "DE89370400440532013000")


def batch(*transfers: CreditTransfer, **changes: Any) -> TransferBatch:
    created_at = datetime(2026, 8, 3, 9, 30, tzinfo=UTC)
    made = TransferBatch("MSG-1", created_at, date(2026, 8, 4), DEBTOR, transfers or (TRANSFER,))
    return replace(made, **changes)


@cache
def schema(folder: Path, version: Version) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(folder / "schemas" / "iso20022" / f"{version}.xsd"))


@settings(max_examples=40, deadline=None)
@given(
    name=st.text(min_size=1, max_size=100),
    text=st.none() | st.text(max_size=100).filter(lambda text: len(sepa_text(text)) < 140),
    cents=st.lists(st.integers(1, 99_999_999_999), min_size=1, max_size=5),
    version=st.sampled_from(Version),
    bic=st.sampled_from([None, "COBADEFFXXX"]),
)
def test_whoever_is_paid_the_file_is_valid_and_its_sums_are_exact(
    shared_data: Path,
    name: str,
    text: str | None,
    cents: list[int],
    version: Version,
    bic: str | None,
) -> None:
    transfers = [
        CreditTransfer(
            f"E2E-{number}",
            Money(minor, "EUR"),
            f"x{name}",
            TRANSFER.payee_iban,
            bic,
            None if text is None else f"x{text}",
        )
        for number, minor in enumerate(cents)
    ]
    document = etree.fromstring(write_pain001(batch(*transfers), version))
    schema(shared_data, version).assertValid(document)
    sums = [Decimal(element.text or "") for element in document.iterfind(".//{*}CtrlSum")]
    assert sums == [Decimal(sum(cents)).scaleb(-2)] * 2


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (batch(replace(TRANSFER, amount=Money(0, "EUR"))), "transfers[0].amount"),
        (batch(replace(TRANSFER, amount=Money(1, "PLN"))), "transfers[0].amount"),
        (batch(replace(TRANSFER, payee_name=" ")), "transfers[0].payee_name"),
        (batch(replace(TRANSFER, payee_iban="NL00ABNA0417164300")), "transfers[0].payee_iban"),
        (batch(replace(TRANSFER, payee_iban="BR1500000000000010932840814P2")), "payee_iban"),
        (batch(TRANSFER, TRANSFER), "transfers[1].end_to_end_id"),
        (batch(transfers=()), "transfers"),
        (batch(debtor=replace(DEBTOR, bic="ABNA")), "debtor.bic"),
        (batch(message_id="A//B"), "message_id"),
    ],
)
def test_a_transfer_that_may_not_be_sent_is_refused_with_its_path(
    wrong: TransferBatch, path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        write_pain001(wrong)
    assert [problem.field.endswith(path) for problem in refused.value.problems] == [True]
