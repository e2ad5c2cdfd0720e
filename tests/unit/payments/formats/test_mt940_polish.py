"""MT940 as Polish banks write it: separators, account numbers and encodings of their own.

Sources: the banks' format descriptions (Nordea/PKO "inordbusiness" MT940, 2014; BNP Paribas
BiznesPl@net MT940; mBank CompanyNet MT940 1.0).
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.payments.formats.read import read_statements
from services.payments.formats.statement import Amount, Detail, Statement
from tests.unit.payments.formats import samples

OWN_NRB = "27114020040000300201355387"
OWN_IBAN = f"PL{OWN_NRB}"
OTHER_NRB = "61109010140000071219812874"
OTHER_IBAN = f"PL{OTHER_NRB}"


def read_one(*lines: str, account: str = OWN_IBAN, encoding: str = "utf-8") -> Statement:
    head = f":20:ST260803CYC/1\n:25:{account}\n:28C:8/1\n:60F:C260803PLN100,00\n"
    foot = ":62F:C260803PLN105,81\n-\n"
    document = samples.mt940("".join(f"{line}\n" for line in lines), head=head, foot=foot)
    (statement,) = read_statements(document.decode().encode(encoding))
    return statement


def detail_of(*lines: str, encoding: str = "utf-8") -> Detail:
    (entry,) = read_one(":61:2608030803CN5,81N511NONREF", *lines, encoding=encoding).entries
    (detail,) = entry.details
    return detail


@pytest.mark.parametrize(
    "written", [OWN_IBAN, f"/{OWN_IBAN}", OWN_NRB, f"/{OWN_NRB}", f"PL {OWN_NRB}"]
)
def test_the_own_account_is_an_iban_however_it_is_written(written: str) -> None:
    account = read_one(account=written).start.account
    assert (account.iban, account.other) == (OWN_IBAN, written)


def test_26_digits_whose_check_digits_fail_are_no_iban() -> None:
    assert read_one(account="27114020040000300201355388").start.account.iban is None


@pytest.mark.parametrize("sign", "^~<+@|")
@pytest.mark.parametrize("account", [OTHER_IBAN, f"/{OTHER_IBAN}", OTHER_NRB, f"/{OTHER_NRB}"])
def test_subfields_behind_any_of_the_banks_signs(sign: str, account: str) -> None:
    subfields = (
        f"00PRZELEW KRAJOWY{sign}100000001024{sign}20CZYNSZ 08/2026 FAKTURA{sign}212026/000123"
        f"{sign}3010901014{sign}31{account}{sign}32JAN KOWALSKI{sign}33UL. POLNA 1{sign}34000"
    )
    detail = detail_of(f":86:020{sign}{subfields}")
    assert detail.additional_info == "PRZELEW KRAJOWY"
    assert detail.remittance_text == "CZYNSZ 08/2026 FAKTURA 2026/000123"
    assert (detail.counterparty_iban, detail.counterparty_account) == (OTHER_IBAN, None)
    assert detail.counterparty_name == "JAN KOWALSKI UL. POLNA 1"


def test_an_operation_code_on_a_line_of_its_own_and_an_iban_in_subfield_38() -> None:
    """BiznesPl@net; the IBAN goes before the national number in 31."""
    detail = detail_of(
        ":86:225^", "^00PRZELEW", "^20OPLATA", f"^31{OTHER_NRB[-10:]}", f"^38{OTHER_IBAN}"
    )
    assert (detail.remittance_text, detail.counterparty_iban) == ("OPLATA", OTHER_IBAN)


def test_the_third_letter_of_the_currency_stands_behind_the_mark() -> None:
    lines = (":61:0805060506DN5,81N511NONREF", ":61:0805060506RCN5,81N511NONREF")
    first, second = read_one(*lines).entries
    assert first.amount == second.amount == Amount(Decimal("-5.81"), "PLN")
    assert (first.is_reversal, second.is_reversal) == (False, True)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "iso8859_2", "cp852"])
def test_polish_letters_are_read_in_the_encodings_of_the_banks(encoding: str) -> None:
    detail = detail_of(
        ":86:020~00PRZELEW~20Świadczenie za łąkę~21część II~32Grażyna Żółć",
        "~33Łódź",
        encoding=encoding,
    )
    assert detail.remittance_text == "Świadczenie za łąkę część II"
    assert detail.counterparty_name == "Grażyna Żółć Łódź"


def test_western_letters_stay_what_they_are() -> None:
    detail = detail_of(":86:020?00X?20Käufer für Zoë, José, français?32Müller", encoding="cp1252")
    assert detail.remittance_text == "Käufer für Zoë, José, français"
    assert detail.counterparty_name == "Müller"
