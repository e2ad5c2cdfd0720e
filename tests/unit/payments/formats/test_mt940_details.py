"""Field :86: and the second line of :61: in the dialects of banks. All names are made up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.payments.formats.read import read_statements
from services.payments.formats.statement import Amount, Detail, StructuredReference
from tests.unit.payments.formats import samples

IBAN = samples.OTHER_IBAN
CUR = StructuredReference("5000056789012345", "SCOR", "CUR")


def detail_of(*lines: str, line: str = "2608030803C12,50NTRFEREF//B-1", own: str = "") -> Detail:
    head = f":20:R\n:25:{own or samples.OWN_IBAN}\n:28C:1\n:60F:C260803EUR0,\n"
    text = "\n".join((f":61:{line}", *lines))
    (statement,) = read_statements(samples.mt940(text + "\n", head=head))
    (detail,) = statement.entries[0].details
    return detail


def told(detail: Detail) -> dict[str, object]:
    """What a detail says, without what it does not and without its amount."""
    return {key: value for key, value in detail._asdict().items() if value and key != "amount"}


def test_ing_structured() -> None:
    detail = detail_of(
        "/TRCD/00100/",
        f":86:/EREF/E-1//MARF/M-1//CSID/NL13ZZZ999999990000//CNTP/{IBAN}/COBADEFF/J.J. Jan",
        "sen/Utrecht//REMI/USTD//Invoice 2026/0001 thanks/",
    )
    assert told(detail) == {
        "end_to_end_id": "E-1",
        "mandate_id": "M-1",
        "creditor_id": "NL13ZZZ999999990000",
        "counterparty_iban": IBAN,
        "counterparty_bic": "COBADEFF",
        "counterparty_name": "J.J. Jansen",
        "remittance_text": "Invoice 2026/0001 thanks",
    }


def test_ing_with_a_betalingskenmerk_a_purpose_and_an_account_of_old() -> None:
    detail = detail_of(
        ":86:/CNTP/0001234567///Payer//REMI/STRD/CUR/5000056789012345//PURP/CD/OTHR/"
    )
    assert detail.references == (CUR,)
    assert (detail.counterparty_iban, detail.counterparty_account) == (None, "0001234567")
    assert detail.purpose == "OTHR"


def test_a_counterparty_of_whom_nothing_is_told() -> None:
    assert told(detail_of(":86:/CNTP/EREF/E-1//REMI/USTD//thanks/")) == {
        "end_to_end_id": "E-1",
        "remittance_text": "thanks",
    }


def test_ing_tags_broken_in_the_middle_of_their_values() -> None:
    detail = detail_of(
        "/TRCD/001",
        "00",
        "/",
        ":86:/RTRN/MS03//EREF/2014",
        "0120501P0/",
        "/MARF/001",
        "-",
        "234//CNTP/",
        f"{IBAN}/COBADEFF/P.Jansen//",
        "/REMI/USTD//Factuur 555/",
    )
    assert told(detail) == {
        "return_reason": "MS03",
        "end_to_end_id": "20140120501P0",
        "mandate_id": "001-234",
        "counterparty_iban": IBAN,
        "counterparty_bic": "COBADEFF",
        "counterparty_name": "P.Jansen",
        "remittance_text": "Factuur 555",
    }


def test_abn_amro_structured() -> None:
    detail = detail_of(
        f":86:/TRTP/SEPA OVERBOEKING/IBAN/{IBAN}/BIC/COBADEFF/NAME/",
        "J JANSEN EO/REMI/INVOICE NR/77/EREF/NOTPROVIDED",
        line="2608030803C12,50N654NONREF",
    )
    assert told(detail) == {
        "additional_info": "SEPA OVERBOEKING",
        "counterparty_iban": IBAN,
        "counterparty_bic": "COBADEFF",
        "counterparty_name": "J JANSEN EO",
        "remittance_text": "INVOICE NR/77",
    }


def test_abn_amro_structured_with_a_betalingskenmerk() -> None:
    detail = detail_of(
        f":86:/TRTP/ACCEPTGIROBETALING/IBAN/{IBAN}/NAME/PAYER/REMI/ISSUER: CUR      ",
        "            REF: 5000 056789012345/EREF/NOTPROVIDED",
    )
    assert detail.references == (CUR,)


def test_abn_amro_in_columns() -> None:
    detail = detail_of(
        f":86:SEPA OVERBOEKING                 IBAN: {IBAN}",
        "BIC: COBADEFF                    NAAM: J JANSEN",
        "OMSCHRIJVING: FACTUUR 2026 001",
        "KENMERK: E-77",
    )
    assert told(detail) == {
        "counterparty_iban": IBAN,
        "counterparty_bic": "COBADEFF",
        "counterparty_name": "J JANSEN",
        "remittance_text": "FACTUUR 2026 001",
        "end_to_end_id": "E-77",
    }


def test_abn_amro_in_columns_with_a_full_line_before_the_betalingskenmerk() -> None:
    full = "SEPA ACCEPTGIROBETALING          NAAM: WATERBEDRIJF OOST".ljust(65)
    detail = detail_of(f":86:{full}", "BETALINGSKENM.: 5000 0567 8901 2345")
    assert detail.references == (CUR,)
    assert detail.counterparty_name == "WATERBEDRIJF OOST"


def test_a_direct_debit_of_abn_amro_in_columns() -> None:
    detail = detail_of(
        ":86:SEPA INCASSO ALGEMEEN DOORLOPEND INCASSANT: NL13ZZZ999999990000",
        "NAAM: SUPPLIER B.V.              MACHTIGING: M-12",
        f"IBAN: {IBAN}         KENMERK: E-1",
    )
    assert (detail.creditor_id, detail.mandate_id) == ("NL13ZZZ999999990000", "M-12")
    assert (detail.counterparty_iban, detail.end_to_end_id) == (IBAN, "E-1")


def test_rabobank_structured() -> None:
    detail = detail_of(
        IBAN,
        ":86:/EREF/E-1/ORDP//NAME/J JANSEN/ADDR/STRAAT 1 1234 AB STAD/REMI/FACTUUR 1",
        " VAN 2/ISDT/2026-08-03",
        line="260803C000000000012,50N541EREF            ",
    )
    assert told(detail) == {
        "end_to_end_id": "E-1",
        "counterparty_iban": IBAN,
        "counterparty_name": "J JANSEN",
        "remittance_text": "FACTUUR 1 VAN 2",
    }


def test_rabobank_structured_with_a_betalingskenmerk() -> None:
    detail = detail_of(
        ":86:/BENM//NAME/Belastingdienst/REMI//CDTRREFTP//CD/SCOR/ISSR/CUR/CDTRREF/50000567",
        "89012345/ISDT/2026-08-03",
    )
    assert detail.references == (CUR,)
    assert detail.counterparty_name == "Belastingdienst"


def test_an_ultimate_debtor_is_not_the_counterparty() -> None:
    detail = detail_of(":86:/ORDP//NAME/PAYER/ULTD//NAME/TENANT/REMI/rent")
    assert (detail.counterparty_name, detail.ultimate_debtor) == ("PAYER", "TENANT")


def test_rabobank_of_old_repeats_the_tag_and_hides_account_and_name_in_the_line() -> None:
    detail = detail_of(
        ":86:BETALINGSKENM.  5000056789012345    ",
        ":86:FACTUUR 12                          ",
        line="260803C000000000012.50N0600123456789      J. JANSEN            ",
    )
    assert told(detail) == {
        "counterparty_account": "123456789",
        "counterparty_name": "J. JANSEN",
        "references": (CUR,),
        "remittance_text": "BETALINGSKENM. 5000056789012345 FACTUUR 12",
    }


def test_sns_and_asn_put_the_iban_in_the_reference_field() -> None:
    detail = detail_of(
        "gerda van den berg",
        f":86:{IBAN} gerda van den berg",
        " " * 65,
        "Factuur 2026/001",
        "",
        line=f"2608030803C12,50NOVB{IBAN}",
    )
    assert told(detail) == {
        "counterparty_iban": IBAN,
        "counterparty_name": "gerda van den berg",
        "remittance_text": "Factuur 2026/001",
    }


def test_knab_ends_with_account_and_name() -> None:
    detail = detail_of(":86:FACTUUR 88, 89", f"REK: {IBAN}/NAAM: J JANSEN")
    assert told(detail) == {
        "remittance_text": "FACTUUR 88, 89",
        "counterparty_iban": IBAN,
        "counterparty_name": "J JANSEN",
    }


def test_ing_of_old_begins_with_iban_and_bic() -> None:
    detail = detail_of(f":86:{IBAN} COBADEFF J JANSEN factuur 9 STRD/CUR/5000056789012345")
    assert (detail.counterparty_iban, detail.counterparty_bic) == (IBAN, "COBADEFF")
    assert detail.references == (CUR,)


def test_triodos_keeps_our_own_account_in_31_and_the_other_one_in_the_text() -> None:
    detail = detail_of(
        ":86:000>100000000000",
        ">20COBADEFF",
        f">21{IBAN}",
        ">22FACTUUR NUMMER ZEVENENTWINT>23IG",
        ">310390123456",
        own="TRIODOSBANK/0390123456",
    )
    assert told(detail) == {
        "counterparty_bic": "COBADEFF",
        "counterparty_iban": IBAN,
        "remittance_text": "FACTUUR NUMMER ZEVENENTWINTIG",
    }


def test_german_subfields_with_sepa_tags() -> None:
    detail = detail_of(
        ":86:166?00SEPA-GUTSCHRIFT?109310?20EREF+E-1 234567890123456789",
        "?21012 MREF+M-1?22CRED+DE98ZZZ09999999999?23SVWZ+Rechnung 2026-0",
        "001 v. A?24ugust 2026?30COBADEFFXXX?31" + IBAN + "?32Max Mustermann und E",
        "rika Mu?33stermann?34000",
        line="2608030803CR12,50N051NONREF",
    )
    assert told(detail) == {
        "additional_info": "SEPA-GUTSCHRIFT",
        "end_to_end_id": "E-1 234567890123456789012",
        "mandate_id": "M-1",
        "creditor_id": "DE98ZZZ09999999999",
        "remittance_text": "Rechnung 2026-0001 v. August 2026",
        "counterparty_bic": "COBADEFFXXX",
        "counterparty_iban": IBAN,
        "counterparty_name": "Max Mustermann und Erika Mustermann",
    }


def test_german_return_with_the_original_amount_and_charges() -> None:
    detail = detail_of(
        "/OCMT/EUR12,35//CHGS/EUR3,00/",
        ":86:109?00LASTSCHRIFT RETOURE?20EREF+E-1?21OAMT+12,35 COAM+3,00?22SVWZ+Rueckgabe",
        line="2608030803D15,35NRTIKREF+//1",
    )
    assert detail.original_amount == Amount(Decimal("12.35"), "EUR")
    assert detail.charges == Amount(Decimal("3.00"), "EUR")


def test_subfields_on_lines_of_their_own() -> None:
    detail = detail_of(":86:229", "?00TRANSFER", "?20FACTUUR 7", "?32J JANSEN")
    assert told(detail) == {
        "additional_info": "TRANSFER",
        "remittance_text": "FACTUUR 7",
        "counterparty_name": "J JANSEN",
    }


def test_german_national_field() -> None:
    detail = detail_of(
        ":NS:01Rechnung 7", "02vom August", "15Max Mustermann", "17GUTSCHRIFT", f"34{IBAN}",
        line="2608030803CR12,50S051",
    )  # fmt: skip
    assert told(detail) == {
        "remittance_text": "Rechnung 7 vom August",
        "counterparty_name": "Max Mustermann",
        "additional_info": "GUTSCHRIFT",
        "counterparty_iban": IBAN,
    }


def test_polish_list_of_labels() -> None:
    detail = detail_of(
        ":86:911 PRZELEW; ID IPH: XX1; Z RACH.: ",
        "61109010140000071219812874; OD: JAN KOWALSKI UL.POLNA 1 WARSZAWA; TYT.: CZYNSZ",
        " 08/2026; TNR: 145829320000128.020001",
    )
    assert detail.counterparty_iban == "PL61109010140000071219812874"
    assert detail.counterparty_name == "JAN KOWALSKI UL.POLNA 1 WARSZAWA"
    assert detail.remittance_text == "CZYNSZ 08/2026"


def test_tags_of_a_bank_we_do_not_know_stay_text() -> None:
    detail = detail_of(":86:/PT/DE/EI/5321/CTC/123", "/OB4/NOT THIS/EREF/E-1/")
    assert detail.remittance_text == "PT/DE/EI/5321/CTC/123/OB4/NOT THIS"
    assert detail.end_to_end_id == "E-1"


def test_words_alone_are_the_remittance_text() -> None:
    detail = detail_of(":86:FACTUUR 12", "bedankt")
    assert told(detail) == {"remittance_text": "FACTUUR 12 bedankt"}


def test_a_full_line_of_text_runs_on_into_the_next() -> None:
    text = "x" * 60 + "INVOI"
    assert detail_of(f":86:{text}", "CE 12").remittance_text == f"{text}CE 12"


@pytest.mark.parametrize("reference", ["NOTPROVIDED", "NONREF"])
def test_a_reference_not_provided_is_none(reference: str) -> None:
    assert detail_of(f":86:/EREF/{reference}/REMI/x").end_to_end_id is None
