"""Field :86: with tags between slashes, as ABN AMRO, ING, Knab, Rabobank and Van Lanschot write it.

/TRTP/SEPA OVERBOEKING/IBAN/NL91.../BIC/.../NAME/.../REMI/.../EREF/...
/EREF/...//CNTP/NL91.../BIC/NAME/CITY//REMI/USTD//.../
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import compress, pairwise
from typing import Any

from services.payments.formats.mt940_values import IBAN_SHAPE, decimal_in
from services.payments.formats.statement import Amount, StructuredReference
from services.payments.formats.unreadable import is_currency

_STARTS = re.compile(r"/[A-Z]{2,9}/")
_ABN_REFERENCE = re.compile(r"ISSUER:\s*(CUR|ISO)\s+REF:\s*([0-9A-Z ]+)")

# A party begins: whose name a following NAME is. Without that tag what follows is text.
_PARTIES = {
    "BENM": "counterparty_name",
    "ORDP": "counterparty_name",
    "ULTD": "ultimate_debtor",
    "ULTC": "ultimate_creditor",
    "ULTB": "ultimate_creditor",
}
_FIELDS = {
    "EREF": "end_to_end_id",
    "MARF": "mandate_id",
    "CSID": "creditor_id",
    "PREF": "payment_information_id",
    "KREF": "instruction_id",
    "IREF": "instruction_id",
    "RTRN": "return_reason",
    "IBAN": "counterparty_iban",
    "BBAN": "counterparty_account",
    "BIC": "counterparty_bic",
    "TRTP": "additional_info",
} | dict.fromkeys(_PARTIES, "remittance_text")
# Tags whose value we do not keep, but which end the value before them.
_OTHERS = frozenset({"ADDR", "ID", "IACC", "ISDT", "CDTRREFTP", "TRCD", "SVCL", "SUM"})


def is_slash(text: str) -> bool:
    return _STARTS.match(text) is not None


def slash_fields(lines: list[str]) -> dict[str, Any]:
    """The detail's fields. Banks cut lines anywhere, in the middle of a tag too."""
    found: dict[str, Any] = {}
    name_key = "counterparty_name"
    words = "".join(lines).split("/")
    # What only looks like a tag stays text; so does a tag at the very end, with nothing behind it.
    places = [*compress(range(len(words) - 1), map(_TAGS.__contains__, words))]
    places.append(len(words))
    if places[0] > 1 and (front := "/".join(words[: places[0]]).strip("/ ")):
        found["remittance_text"] = front
    for place, following in pairwise(places):
        tag, parts = words[place], words[place + 1 : following]
        if tag == "CNTP":
            if parts:
                _counterparty(parts, found)
            continue
        value = "/".join(parts).strip("/ ")
        if tag in _PARTIES:
            name_key = _PARTIES[tag]
        if not value:
            continue
        key = name_key if tag == "NAME" else _FIELDS.get(tag)
        if key is not None:
            found.setdefault(key, value)
        elif tag in _READERS:
            _READERS[tag](value, found)
    if "reference" in found or "issuer" in found:
        _structured(found)
    return found


def _structured(found: dict[str, Any]) -> None:
    issuer, reference = found.pop("issuer", None), found.pop("reference", None)
    if reference is not None:
        found["references"] = (StructuredReference(reference, "SCOR", issuer),)


def _remittance(value: str, found: dict[str, Any]) -> None:
    if value.startswith("USTD/"):
        if text := value.removeprefix("USTD").lstrip("/ "):
            found["remittance_text"] = text
        return
    if value.startswith("STRD/"):
        issuer, _, reference = value.removeprefix("STRD/").partition("/")
        found["issuer"], found["reference"] = issuer or None, reference.strip("/ ")
        return
    abn = _ABN_REFERENCE.match(value)
    if abn is not None:
        found["issuer"], found["reference"] = abn[1], abn[2].replace(" ", "")
        return
    if value != "USTD":
        found["remittance_text"] = value


def _counterparty(parts: list[str], found: dict[str, Any]) -> None:
    """`account/BIC/name/city`; the account may be a number of the time before IBAN."""
    if account := parts[0].strip():
        is_iban = IBAN_SHAPE.fullmatch(account) is not None
        found.setdefault("counterparty_iban" if is_iban else "counterparty_account", account)
    if len(parts) > 1 and (bic := parts[1].strip()):
        found.setdefault("counterparty_bic", bic)
    if len(parts) > _NAME_PLACE and (name := parts[_NAME_PLACE].strip()):
        found.setdefault("counterparty_name", name)


def _purpose(value: str, found: dict[str, Any]) -> None:
    found["purpose"] = value.rpartition("/")[2]


def _issuer(value: str, found: dict[str, Any]) -> None:
    found["issuer"] = value


def _creditor_reference(value: str, found: dict[str, Any]) -> None:
    found["reference"] = value


def _exchange(value: str, found: dict[str, Any]) -> None:
    rate = decimal_in(value)
    if rate is not None:
        found["exchange_rate"] = rate


def _amount_under(key: str) -> Callable[[str, dict[str, Any]], None]:
    def read(value: str, found: dict[str, Any]) -> None:
        """`USD20,00`; without its currency it says nothing."""
        amount = decimal_in(value[3:])
        if amount is not None and is_currency(value[:3]):
            found[key] = Amount(amount, value[:3])

    return read


_READERS: dict[str, Callable[[str, dict[str, Any]], None]] = {
    "REMI": _remittance,
    "PURP": _purpose,
    "EXCH": _exchange,
    "CHGS": _amount_under("charges"),
    "OCMT": _amount_under("original_amount"),
    "ISSR": _issuer,
    "CDTRREF": _creditor_reference,
}
_NAME_PLACE = 2
_TAGS = frozenset({"CNTP", *_FIELDS, *_READERS, *_OTHERS, "NAME"})
