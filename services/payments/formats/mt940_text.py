"""Field :86: as plain text: labels in columns (ABN AMRO), a tail (Knab), a Polish list (mBank),
an IBAN in front (ING, SNS, ASN), or nothing but words (Rabobank until 2013)."""

from __future__ import annotations

import re
from typing import Any

from services.payments.formats.mt940_values import IBAN_SHAPE, iban_or_number
from services.payments.formats.statement import StructuredReference
from shared.references import is_payment_reference

_FULL_LINE_LENGTH = 64
_LABELS = {
    "IBAN": "iban",
    "REK": "iban",
    "Z RACH.": "iban",
    "NA RACH.": "iban",
    "BIC": "counterparty_bic",
    "NAAM": "counterparty_name",
    "OD": "counterparty_name",
    "DLA": "counterparty_name",
    "OMSCHRIJVING": "remittance_text",
    "TYT.": "remittance_text",
    "KENMERK": "end_to_end_id",
    "MACHTIGING": "mandate_id",
    "INCASSANT": "creditor_id",
    "TNR": "bank_reference",
    "BETALINGSKENM.": "",
    "BETALINGSKENMERK": "",
}
_LABEL = re.compile(
    r"(?:^|(?<=[\s/;\0]))(" + "|".join(re.escape(label) for label in _LABELS) + r"):\s*"
)
_KENMERK = re.compile(r"BETALINGSKENM(?:ERK|\.)?\s*[:.]?\s*(\d[\d .\0]{5,30}\d)", re.IGNORECASE)
_KENMERK_LENGTH_MAX = 16
_NO_DIGIT = re.compile(r"\D")
_STRUCTURED = re.compile(r"STRD/CUR/(\d{7,16})")
_SPACES = re.compile(r"\s+")
_ACCOUNT_IN_FRONT = re.compile(r"([A-Z]{2}\d{2}[A-Z0-9]{11,30}|\d{10})\s+(.*)", re.DOTALL)
_BIC_IN_FRONT = re.compile(r"([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\s+(.*)", re.DOTALL)


def text_fields(lines: list[str], counterparty_name: str | None) -> dict[str, Any]:
    """The detail's fields. `counterparty_name` is what the statement line already told (SNS)."""
    text = _joined(lines)
    found: dict[str, Any] = {}
    kenmerk = _kenmerk(text)
    if kenmerk is not None:
        found["references"] = (StructuredReference(kenmerk, "SCOR", "CUR"),)
    pieces = _LABEL.split(text)
    for label, value in zip(pieces[1::2], pieces[2::2], strict=True):
        _labelled(_LABELS[label], _clean(value), found)
    front = _clean(pieces[0])
    if front:
        front = _account_in_front(front, found, counterparty_name)
    if front and "remittance_text" not in found:
        found["remittance_text"] = front
    return found


def _joined(lines: list[str]) -> str:
    """A full line runs on into the next (the zero marks where), a shorter one ends a word."""
    text = ""
    for line in lines:
        text += line + ("\0" if len(line) >= _FULL_LINE_LENGTH else "\n")
    return text


def _kenmerk(text: str) -> str | None:
    """A betalingskenmerk behind its word: across a full line only when that makes a valid one."""
    match = _KENMERK.search(text) or _STRUCTURED.search(text)
    if match is None:
        return None
    whole = _NO_DIGIT.sub("", match[1])[:_KENMERK_LENGTH_MAX]
    return whole if is_payment_reference(whole) else _NO_DIGIT.sub("", match[1].partition("\0")[0])


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text.replace("\0", "")).strip(" ;/")


def _labelled(key: str, value: str, found: dict[str, Any]) -> None:
    if not value or not key:
        return
    if key == "iban":
        account = value.partition(" ")[0] if IBAN_SHAPE.match(value) else iban_or_number(value)
        kind = "counterparty_iban" if IBAN_SHAPE.fullmatch(account) else "counterparty_account"
        found.setdefault(kind, account)
    else:
        found.setdefault(key, value)


def _account_in_front(text: str, found: dict[str, Any], name: str | None) -> str:
    match = _ACCOUNT_IN_FRONT.fullmatch(text)
    if match is None:
        return text
    is_iban = IBAN_SHAPE.fullmatch(match[1]) is not None
    found.setdefault("counterparty_iban" if is_iban else "counterparty_account", match[1])
    rest = match[2]
    bic = _BIC_IN_FRONT.fullmatch(rest) if is_iban else None
    if bic is not None and name is None:
        found.setdefault("counterparty_bic", bic[1])
        rest = bic[2]
    if name is not None and rest.casefold().startswith(name.casefold()):
        rest = rest[len(name) :].strip()
    return rest
