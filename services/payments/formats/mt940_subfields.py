"""Field :86: with numbered subfields, as German banks (`?20`), Triodos (`>20`) and Polish banks
(`^20`, `~20`, `<20`, `+20`) write it.

    166?00GUTSCHRIFT?109310?20EREF+...?21SVWZ+...?30BIC?31IBAN?32NAME

Source: Deutsche Kreditwirtschaft, DFÜ-Abkommen, Anlage 3, chapter 8.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from services.payments.formats.mt940_values import IBAN_SHAPE, decimal_in, iban_or_number
from services.payments.formats.statement import Amount

_STARTS = re.compile(r"(\d{3})\s*([?>+<~^|@])\2?\d\d")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_SEPA_TAG = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|COAM|OAMT)[+:]")
_SEPA_FIELDS = {
    "EREF": "end_to_end_id",
    "KREF": "instruction_id",
    "MREF": "mandate_id",
    "CRED": "creditor_id",
    "ABWA": "ultimate_debtor",
    "ABWE": "ultimate_creditor",
    "SVWZ": "remittance_text",
}
_SEPA_AMOUNTS = {"OAMT": "original_amount", "COAM": "charges"}
_REMITTANCE = frozenset(f"{number}" for number in (*range(20, 30), *range(60, 64)))
_NAME = frozenset({"32", "33"})
_CHUNK_LENGTH = 27
_NATIONAL = {
    "remittance_text": frozenset(f"{number:02}" for number in range(1, 15)),
    "counterparty_name": frozenset({"15", "16"}),
    "additional_info": frozenset({"17"}),
}


def subfields_start(lines: list[str]) -> re.Match[str] | None:
    """A match on the joined text when it has subfields; its group 1 is the business code
    (Geschäftsvorfallcode) in front of them."""
    return _STARTS.match("".join(lines))


def subfield_fields(start: re.Match[str], currency: str, own_account: str | None) -> dict[str, Any]:
    """The detail's fields, from what `subfields_start` found."""
    pieces = _splitter(start[2]).split(start.string[start.start(2) :])
    subfields: dict[str, str] = {}
    for number, value in zip(pieces[1::2], pieces[2::2], strict=True):
        subfields.setdefault(number, value)
    found: dict[str, Any] = {}
    if "00" in subfields:
        found["additional_info"] = subfields["00"].strip() or None
    _counterparty(subfields, found, own_account)
    _remittance(_joined(subfields, _REMITTANCE), found, currency)
    return found


@lru_cache(maxsize=16)
def _splitter(separator: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(separator)}(\d\d)", re.ASCII)


def _joined(subfields: dict[str, str], numbers: frozenset[str]) -> str:
    """Full pieces run on into the next; a shorter one ended where its word did."""
    pieces = [
        piece if len(piece) >= _CHUNK_LENGTH else piece + " "
        for number, piece in subfields.items()
        if number in numbers
    ]
    return "".join(pieces).strip()


def national_fields(lines: list[str]) -> dict[str, Any]:
    """Field :NS:, the same in lines of a two-digit number and its text (DTAUS numbering)."""
    subfields = {line[:2]: line[2:] for line in lines if line[:2].isdecimal()}
    found: dict[str, Any] = {}
    for key, numbers in _NATIONAL.items():
        text = _joined(subfields, numbers)
        if text:
            found[key] = text
    account = subfields.get("34", "").strip()
    if account:
        is_iban = IBAN_SHAPE.fullmatch(account) is not None
        found["counterparty_iban" if is_iban else "counterparty_account"] = account
    return found


def _counterparty(subfields: dict[str, str], found: dict[str, Any], own: str | None) -> None:
    name = _joined(subfields, _NAME)
    if name:
        found["counterparty_name"] = name
    bank = subfields.get("30", "").strip()
    account = iban_or_number((subfields.get("38") or subfields.get("31") or "").strip())
    # Triodos puts our own account in 31, and the other's BIC and IBAN first in the text.
    if own is not None and account and own.endswith(account):
        account = ""
        if _BIC.fullmatch(subfields.get("20", "").strip()):
            first, second = subfields.pop("20").strip(), subfields.pop("21", "").strip()
            bank, account = first, second
    if _BIC.fullmatch(bank):
        found["counterparty_bic"] = bank
    if IBAN_SHAPE.fullmatch(account):
        found["counterparty_iban"] = account
    elif account:
        found["counterparty_account"] = account


def _remittance(text: str, found: dict[str, Any], currency: str) -> None:
    pieces = _SEPA_TAG.split(text)
    before = pieces[0].strip()
    if before:
        found["remittance_text"] = before
    for tag, following in zip(pieces[1::2], pieces[2::2], strict=True):
        value = following.strip()
        if not value:
            continue
        if tag in _SEPA_AMOUNTS:
            amount = decimal_in(value.removeprefix(currency).strip())
            if amount is not None:
                found[_SEPA_AMOUNTS[tag]] = Amount(amount, currency)
        elif tag == "SVWZ" and before:
            found["remittance_text"] = f"{before} {value}"
        elif tag in _SEPA_FIELDS:
            found[_SEPA_FIELDS[tag]] = value
