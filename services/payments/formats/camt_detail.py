"""One `TxDtls` element to a `Detail`.

Reading happens in two steps, because a detail ends before its entry does: `raw_detail` keeps what
the element says, `detail_of` adds what only the entry knows (direction, reversal, own account).
"""

from __future__ import annotations

from services.payments.formats.camt_elements import (
    CHARGE_READERS,
    Element,
    ElementReader,
    Raw,
    Read,
    charges_of,
    opens_record,
    reads_amount,
    reads_record_text,
    reads_sign,
    signed,
    text_of,
)
from services.payments.formats.camt_paths import DETAIL_PATHS
from services.payments.formats.statement import Detail, StructuredReference, TransactionCode

# The keys of a side of the payment, with the detail's fields they fill.
Side = tuple[tuple[str, str], ...]


def raw_detail(transaction: Element, default_currency: str | None) -> Raw:
    """What one `TxDtls` says under the keys of `DETAIL_PATHS`, amounts still unsigned."""
    raw: Raw = {"currency": default_currency}
    _DETAIL.read_into(raw, transaction)
    return raw


def detail_of(raw: Raw, entry_sign: int, *, is_reversal: bool, own_iban: str | None) -> Detail:
    """A detail seen from the account: the entry settles its direction and who the other side is."""
    sign = raw.get("sign", entry_sign)
    fields = {key: value for key, value in raw.items() if key in _PLAIN_FIELDS}
    amount = raw.get("booked") or raw.get("transaction")
    if amount is not None:
        fields["amount"] = signed(amount, sign)
    if "lines" in raw:
        # The breaks are the bank's: only a reader of the text can tell a wrapped word from two.
        fields["remittance_text"] = "\n".join(raw["lines"])
    if "references" in raw:
        fields["references"] = tuple(
            [StructuredReference(**record) for record in raw["references"] if "reference" in record]
        )
    if "charge_records" in raw:
        fields["charges"] = charges_of(raw)
    if "code" in raw:
        fields["code"] = TransactionCode(
            **{field: raw[key] for key, field in _CODE_FIELDS if key in raw}
        )
    is_returned = is_reversal or "return_reason" in raw
    for side in _other_sides(raw, own_iban, is_debtor=(sign > 0) != is_returned):
        other = {field: raw[key] for key, field in side if key in raw}
        if other:
            fields.update(other)
            break
    return Detail(**fields)


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


def _line(raw: Raw, element: Element) -> None:
    text = text_of(element)
    if text is not None:
        raw.setdefault("lines", []).append(text)


def _document_number(raw: Raw, element: Element) -> None:
    text = text_of(element)
    if text is not None:
        raw["document_numbers"] = (*raw.get("document_numbers", ()), text)


def _return_text(raw: Raw, element: Element) -> None:
    texts = filter(None, (raw.get("return_text"), text_of(element)))
    raw["return_text"] = " ".join(texts) or None


def _code(raw: Raw, _element: Element) -> None:
    raw["code"] = True


_READERS: dict[str, Read] = {
    **CHARGE_READERS,
    "sign": reads_sign,
    "booked": reads_amount("booked"),
    "transaction": reads_amount("transaction"),
    "original_amount": reads_amount("original_amount"),
    "line": _line,
    "document_number": _document_number,
    "return_text": _return_text,
    "code opens": _code,
    "reference opens": opens_record("references"),
    "reference": reads_record_text("references", "reference"),
    "reference type": reads_record_text("references", "type"),
    "reference issuer": reads_record_text("references", "issuer"),
}
_DETAIL = ElementReader(DETAIL_PATHS, _READERS)
_SIDE_FIELDS = (
    "counterparty_name",
    "counterparty_iban",
    "counterparty_account",
    "counterparty_bic",
)
_DEBTOR: Side = tuple((f"Dbtr {field}", field) for field in _SIDE_FIELDS)
_CREDITOR: Side = tuple((f"Cdtr {field}", field) for field in _SIDE_FIELDS)
_CODE_FIELDS = tuple((f"code {field}", field) for field in TransactionCode._fields)
_PLAIN_FIELDS = frozenset(Detail._fields) & {*DETAIL_PATHS.values(), "document_numbers"}
