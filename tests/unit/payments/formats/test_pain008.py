"""SEPA direct debit files: valid against the official schemas, exact in counts and sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from services.payments.formats.direct_debit import (
    Collection,
    CollectionGroup,
    Creditor,
    DirectDebitBatch,
    PostalAddress,
    SequenceType,
)
from services.payments.formats.pain008 import Version, pain008_pieces, write_pain008
from services.payments.formats.sepa_text import sepa_text
from shared.errors import InvalidInput
from shared.money import Money
from shared.references import make_payment_reference, make_rf_reference

CREDITOR = Creditor(
    name="Waterbedrijf Oost & Zonen",
    iban="NL91 ABNA 0417 1643 00",
    creditor_id="DE98ZZZ09999999999",
    address=PostalAddress("Zwolle", "NL", "Kade", "1a", "8011 AA"),
)


def collection(number: int = 1, cents: int = 1250, **changes: Any) -> Collection:
    plain = Collection(
        end_to_end_id=f"E2E-{number}",
        amount=Money(cents, "EUR"),
        mandate_reference=f"M-{number}",
        mandate_signed_on=date(2025, 1, 31),
        debtor_name="J. Jansen",
        debtor_iban="DE89370400440532013000",
    )
    return replace(plain, **changes)


def group(
    *collections: Collection,
    name: str = "P-1",
    sequence_type: SequenceType = SequenceType.RECURRING,
    due_on: date = date(2026, 8, 10),
) -> CollectionGroup:
    return CollectionGroup(name, due_on, sequence_type, collections)


def batch(*groups: CollectionGroup, creditor: Creditor = CREDITOR) -> DirectDebitBatch:
    created_at = datetime(2026, 8, 3, 11, 30, tzinfo=timezone(timedelta(hours=2)))
    return DirectDebitBatch("MSG-1", created_at, creditor, groups or (group(collection()),))


def texts(document: bytes, path: str) -> list[str | None]:
    """The texts at `path`, without regard to the namespace."""
    steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
    return [element.text for element in etree.fromstring(document).iterfind(f".//{steps}")]


@cache
def schema(folder: Path, version: Version) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(folder / "schemas" / "iso20022" / f"{version}.xsd"))


FULL = batch(
    group(
        collection(1, structured_reference=make_payment_reference(56789012345)),
        collection(2, structured_reference=make_rf_reference("W2026000123")),
        collection(3, remittance_text="Invoice 2026-1, thank you"),
        collection(
            4,
            debtor_bic="COBADEFFXXX",
            debtor_name="Zoë Łukasz-Großmüller",
            debtor_address=PostalAddress("Kraków", "PL", "Ulica Długa", "12/3", "31-147"),
        ),
    ),
    group(collection(5), name="P-2", sequence_type=SequenceType.FIRST),
    group(collection(6), name="P-3", sequence_type=SequenceType.ONE_OFF),
    group(collection(7), name="P-4", sequence_type=SequenceType.FINAL, due_on=date(2026, 8, 11)),
    creditor=replace(CREDITOR, bic="ABNANL2A"),
)


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("made", [FULL, batch()])
def test_a_file_is_valid_against_the_official_schema(
    made: DirectDebitBatch, version: Version, shared_data: Path
) -> None:
    document = etree.fromstring(write_pain008(made, version))
    official = schema(shared_data, version)
    assert official.validate(document), official.error_log


@settings(max_examples=40, deadline=None)
@given(
    name=st.text(min_size=1).filter(lambda text: bool(text.strip())),
    street=st.text(max_size=100),
    text=st.text(min_size=1, max_size=100).filter(lambda text: len(sepa_text(text)) < 140),
    cents=st.lists(st.integers(1, 99_999_999_999), min_size=1, max_size=5),
    version=st.sampled_from(Version),
)
def test_whatever_people_are_called_the_file_is_valid_and_its_sums_are_exact(
    shared_data: Path, name: str, street: str, text: str, cents: list[int], version: Version
) -> None:
    address = PostalAddress("Town", "NL", street, street[:30], "1234 AB")
    collections = [
        collection(
            number,
            amount,
            debtor_name=f"x{name}",
            debtor_address=address,
            remittance_text=f"x{text}",
        )
        for number, amount in enumerate(cents)
    ]
    document = write_pain008(batch(group(*collections)), version)
    schema(shared_data, version).assertValid(etree.fromstring(document))
    total = Decimal(sum(cents)).scaleb(-2)
    sums = [Decimal(text or "") for text in texts(document, "CtrlSum")]
    assert sums == [total, total]
    assert texts(document, "NbOfTxs") == [str(len(cents))] * 2


def test_groups_keep_their_own_dates_sequence_types_and_sums() -> None:
    document = write_pain008(
        batch(
            group(collection(1, 1), collection(2, 2)),
            group(
                collection(3, 300), name="P-2", sequence_type=SequenceType.FIRST,
                due_on=date(2026, 8, 20),
            ),
        )
    )  # fmt: skip
    assert texts(document, "PmtInfId") == ["P-1", "P-2"]
    assert texts(document, "SeqTp") == ["RCUR", "FRST"]
    assert texts(document, "ReqdColltnDt") == ["2026-08-10", "2026-08-20"]
    assert texts(document, "NbOfTxs") == ["3", "2", "1"]
    assert texts(document, "CtrlSum") == ["3.03", "0.03", "3.00"]
    assert texts(document, "InstdAmt") == ["0.01", "0.02", "3.00"]


def test_the_head_carries_the_message_and_its_creation_in_utc() -> None:
    document = write_pain008(batch())
    assert texts(document, "GrpHdr/MsgId") == ["MSG-1"]
    assert texts(document, "GrpHdr/CreDtTm") == ["2026-08-03T09:30:00Z"]
    assert texts(document, "InitgPty/Nm") == ["Waterbedrijf Oost + Zonen"]


@pytest.mark.parametrize(
    ("reference", "issuer", "written"),
    [
        ("5000 0567 8901 2345", "CUR", "5000056789012345"),
        ("12234534622567", "CUR", "12234534622567"),
        ("rf18 5390 0754 7034", "ISO", "RF18539007547034"),
    ],
)
def test_a_reference_names_its_issuer(reference: str, issuer: str, written: str) -> None:
    document = write_pain008(batch(group(collection(structured_reference=reference))))
    assert texts(document, "CdtrRefInf/Ref") == [written]
    assert texts(document, "CdtrRefInf/Tp/Issr") == [issuer]
    assert texts(document, "CdtrRefInf/Tp/CdOrPrtry/Cd") == ["SCOR"]


def test_the_bic_is_optional_and_named_after_the_version() -> None:
    made = batch(group(collection(1), collection(2, debtor_bic="COBADEFF")))
    old, new = write_pain008(made, Version.V02), write_pain008(made, Version.V08)
    assert texts(old, "DbtrAgt/FinInstnId/BIC") == ["COBADEFF"]
    assert texts(new, "DbtrAgt/FinInstnId/BICFI") == ["COBADEFF"]
    assert texts(new, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]


def test_names_are_brought_into_the_sepa_set_and_cut_at_seventy() -> None:
    debtor = "Ægir Þórsson–Łódź <script> " + "x" * 70
    (name,) = texts(write_pain008(batch(group(collection(debtor_name=debtor)))), "Dbtr/Nm")
    assert name is not None
    assert name.startswith("AEgir THorsson-Lodz (script) xxx")
    assert len(name) == 70


def test_addresses_are_structured() -> None:
    document = write_pain008(FULL)
    assert texts(document, "Dbtr/PstlAdr/StrtNm") == ["Ulica Dluga"]
    assert texts(document, "Dbtr/PstlAdr/BldgNb") == ["12/3"]
    assert texts(document, "Dbtr/PstlAdr/Ctry") == ["PL"]
    assert texts(document, "PstlAdr/AdrLine") == []


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"amount": Money(0, "EUR")}, "amount", "from 0.01"),
        ({"amount": Money(-1, "EUR")}, "amount", "from 0.01"),
        ({"amount": Money(100_000_000_000, "EUR")}, "amount", "from 0.01"),
        ({"amount": Money(100, "PLN")}, "amount", "euro"),
        ({"debtor_iban": "DE89370400440532013001"}, "debtor_iban", "not a valid IBAN"),
        ({"debtor_iban": ""}, "debtor_iban", "not a valid IBAN"),
        ({"debtor_bic": "COBA"}, "debtor_bic", "not a BIC"),
        ({"debtor_name": "\t"}, "debtor_name", "a name is needed"),
        ({"end_to_end_id": "x" * 36}, "end_to_end_id", "1 to 35"),
        ({"end_to_end_id": "a//b"}, "end_to_end_id", "no two slashes"),
        ({"end_to_end_id": "/a"}, "end_to_end_id", "no slash at an end"),
        ({"mandate_reference": "mandaté"}, "mandate_reference", "1 to 35"),
        ({"mandate_reference": ""}, "mandate_reference", "1 to 35"),
        ({"mandate_signed_on": date(2026, 8, 11)}, "mandate_signed_on", "after the due date"),
        ({"structured_reference": "5000056789012346"}, "structured_reference", "neither"),
        (
            {"structured_reference": "RF18539007547034", "remittance_text": "x"},
            "remittance_text",
            "not beside",
        ),
        ({"remittance_text": "x" * 141}, "remittance_text", "1 to 140"),
        ({"debtor_address": PostalAddress("", "NL")}, "debtor_address.town", "has a town"),
        ({"debtor_address": PostalAddress("X", "Nederland")}, "debtor_address.country", "3166"),
    ],
)
def test_a_collection_that_may_not_be_sent_is_refused(
    wrong: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        write_pain008(batch(group(collection(1), collection(2, **wrong))))
    (problem,) = refused.value.problems
    assert problem.field == f"groups[0].collections[1].{field}"
    assert message in problem.message


def test_all_faults_are_told_at_once() -> None:
    creditor = replace(CREDITOR, iban="NL00", creditor_id="NL00ZZZ1", name=" ")
    broken = DirectDebitBatch(
        "x" * 40,
        datetime(2026, 8, 3, tzinfo=UTC),
        creditor,
        (
            group(collection(1), collection(1), due_on=date(2026, 8, 2)),
            CollectionGroup("P-1", date(2026, 8, 10), SequenceType.FIRST, ()),
        ),
    )
    with pytest.raises(InvalidInput) as refused:
        pain008_pieces(broken)
    assert [problem.field for problem in refused.value.problems] == [
        "message_id",
        "creditor.name",
        "creditor.creditor_id",
        "creditor.iban",
        "groups[0].due_on",
        "groups[0].collections[1].end_to_end_id",
        "groups[1].payment_information_id",
        "groups[1].collections",
    ]


def test_a_batch_without_groups_is_refused() -> None:
    empty = DirectDebitBatch("MSG-1", datetime(2026, 8, 3, tzinfo=UTC), CREDITOR, ())
    with pytest.raises(InvalidInput) as refused:
        write_pain008(empty)
    assert refused.value.problems[0].field == "groups"


def test_a_creation_time_without_a_zone_is_refused() -> None:
    naive = replace(batch(), created_at=datetime(2026, 8, 3))  # noqa: DTZ001  # the point
    with pytest.raises(InvalidInput) as refused:
        write_pain008(naive)
    assert refused.value.problems[0].field == "created_at"


def test_errors_hold_no_names_and_no_accounts() -> None:
    wrong = collection(debtor_name="Jan de Boer", debtor_iban="NL91ABNA0417164301")
    with pytest.raises(InvalidInput) as refused:
        write_pain008(batch(group(wrong)))
    told = str(refused.value) + str(refused.value.problems)
    assert "Boer" not in told
    assert "ABNA" not in told


def test_pieces_together_are_the_file() -> None:
    many = batch(group(*(collection(number) for number in range(2_500))))
    pieces = list(pain008_pieces(many))
    assert len(pieces) > 3
    assert b"".join(pieces) == write_pain008(many)
