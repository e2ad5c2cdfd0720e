"""One `TxDtls` element to a `Detail`.

Reading happens in two steps, because a detail ends before its entry does: `raw_detail` keeps what
the element says, `detail_of` adds what only the entry knows (direction, reversal, own account).
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from services.payments.formats.camt_elements import (
    CHARGE_READERS,
    ElementReader,
    Raw,
    Read,
    charges_of,
    opens_record,
    reads_amount,
    reads_record_text,
    reads_sign,
    signed,
)
from services.payments.formats.camt_paths import DETAIL_PATHS
from services.payments.formats.statement import Detail, StructuredReference, TransactionCode

# The keys of a side of the payment, with the places of the detail's fields they fill.
Side = tuple[tuple[str, int], ...]

_RATE = re.compile(r"\d{1,12}(?:\.\d{0,12})?", re.ASCII)


def raw_detail(shape: tuple[str, ...], pieces: list[str], default_currency: str | None) -> Raw:
    """What one `TxDtls` says under the keys of `DETAIL_PATHS`, amounts still unsigned."""
    raw: Raw = {"currency": default_currency}
    DETAIL.read_into(raw, shape, pieces)
    return raw


def detail_of(raw: Raw, entry_sign: int, *, is_reversal: bool, own_iban: str | None) -> Detail:
    """A detail seen from the account: the entry settles its direction and who the other side is."""
    sign = raw.get("sign", entry_sign)
    values = _NOTHING.copy()
    for key, value in raw.items():
        place = _PLACES.get(key)
        if place is not None:
            values[place] = value
    amount = raw.get("booked") or raw.get("transaction")
    if amount is not None:
        values[_AMOUNT] = signed(amount, sign)
    if "lines" in raw:
        # The breaks are the bank's: only a reader of the text can tell a wrapped word from two.
        values[_REMITTANCE_TEXT] = "\n".join(raw["lines"])
    if "references" in raw:
        values[_REFERENCES] = tuple(
            [StructuredReference(**record) for record in raw["references"] if "reference" in record]
        )
    if "charge_records" in raw:
        values[_CHARGES] = charges_of(raw)
    if "code" in raw:
        values[_CODE] = transaction_code(raw)
    is_returned = is_reversal or "return_reason" in raw
    for side in _other_sides(raw, own_iban, is_debtor=(sign > 0) != is_returned):
        other = [(place, raw[key]) for key, place in side if key in raw]
        if other:
            for place, value in other:
                values[place] = value
            break
    return Detail._make(values)


def _other_sides(raw: Raw, own_iban: str | None, *, is_debtor: bool) -> tuple[Side, Side]:
    """Who is not us, likeliest first: the side whose account is not ours, else the one that the
    direction names. The other serves where the bank tells of one side only.

    A return or reversal keeps the roles of the original payment, so its direction says the reverse.
    """
    if own_iban is not None and raw.get("Cdtr counterparty_iban") == own_iban:
        is_debtor = True
    elif own_iban is not None and raw.get("Dbtr counterparty_iban") == own_iban:
        is_debtor = False
    return (_DEBTOR, _CREDITOR) if is_debtor else (_CREDITOR, _DEBTOR)


def transaction_code(raw: Raw) -> TransactionCode:
    read = raw.get
    return _transaction_code(
        read("code domain"),
        read("code family"),
        read("code subfamily"),
        read("code proprietary"),
        read("code issuer"),
    )


@lru_cache(maxsize=1024)
def _transaction_code(*parts: str | None) -> TransactionCode:
    return TransactionCode._make(parts)


def exchange_rate(raw: Raw, text: str, _currency: str | None) -> None:
    """A rate that is no number is left out: nothing is decided on it."""
    if _RATE.fullmatch(text):
        raw.setdefault("exchange_rate", Decimal(text))


def _line(raw: Raw, text: str, _currency: str | None) -> None:
    if text:
        raw.setdefault("lines", []).append(text)


def _document_number(raw: Raw, text: str, _currency: str | None) -> None:
    if text:
        raw["document_numbers"] = (*raw.get("document_numbers", ()), text)


def _return_text(raw: Raw, text: str, _currency: str | None) -> None:
    texts = filter(None, (raw.get("return_text"), text))
    raw["return_text"] = " ".join(texts) or None


def _code(raw: Raw, _text: str, _currency: str | None) -> None:
    raw["code"] = True


_READERS: dict[str, Read] = {
    **CHARGE_READERS,
    "sign": reads_sign,
    "booked": reads_amount("booked"),
    "transaction": reads_amount("transaction"),
    "original_amount": reads_amount("original_amount"),
    "exchange_rate": exchange_rate,
    "line": _line,
    "document_number": _document_number,
    "return_text": _return_text,
    "code opens": _code,
    "reference opens": opens_record("references"),
    "reference": reads_record_text("references", "reference"),
    "reference type": reads_record_text("references", "type"),
    "reference issuer": reads_record_text("references", "issuer"),
}
DETAIL = ElementReader(DETAIL_PATHS, _READERS)
_SIDE_FIELDS = (
    "counterparty_name",
    "counterparty_iban",
    "counterparty_account",
    "counterparty_bic",
)
_PLAIN = {*DETAIL_PATHS.values(), "document_numbers"} - {"code"}
_INDEX = {field: place for place, field in enumerate(Detail._fields)}
_PLACES = {field: place for field, place in _INDEX.items() if field in _PLAIN}
_NOTHING = list(Detail())
_AMOUNT, _REMITTANCE_TEXT = _INDEX["amount"], _INDEX["remittance_text"]
_REFERENCES, _CHARGES, _CODE = _INDEX["references"], _INDEX["charges"], _INDEX["code"]
_DEBTOR: Side = tuple((f"Dbtr {field}", _INDEX[field]) for field in _SIDE_FIELDS)
_CREDITOR: Side = tuple((f"Cdtr {field}", _INDEX[field]) for field in _SIDE_FIELDS)
