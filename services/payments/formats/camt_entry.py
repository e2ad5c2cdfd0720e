"""One `Ntry` element to an `Entry`."""

from __future__ import annotations

from datetime import date

from services.payments.formats.camt_detail import detail_of
from services.payments.formats.camt_elements import (
    CHARGE_READERS,
    Element,
    ElementReader,
    Raw,
    Read,
    amount_in,
    charges_of,
    line_of,
    opens_record,
    reads_amount,
    reads_record_text,
    reads_sign,
    refusal,
    signed,
    text_of,
)
from services.payments.formats.camt_paths import ENTRY_PATHS
from services.payments.formats.statement import (
    Account,
    Batch,
    Entry,
    EntryStatus,
    TransactionCode,
)
from services.payments.formats.unreadable import iso_date, quoted

_STATUSES = {status.value: status for status in EntryStatus}
TRUE = frozenset({"true", "1"})
_COUNT_DIGITS_MAX = 15


def entry_of(entry: Element, position: int, account: Account, details: list[Raw]) -> Entry:
    """An entry from its element and the raw details gathered while the element was still open."""
    raw: Raw = {"currency": account.currency}
    _ENTRY.read_into(raw, entry)
    if "amount" not in raw or "sign" not in raw:
        missing = "CdtDbtInd" if "amount" in raw else "Amt"
        raise refusal(entry, f"an entry without {missing}")
    sign, is_reversal = raw["sign"], raw.get("is_reversal", False)
    read = raw.get
    return Entry(
        position,
        line_of(entry),
        signed(raw["amount"], sign),
        read("booked_on"),
        read("value_on"),
        read("status", EntryStatus.BOOKED),
        is_reversal,
        read("bank_reference"),
        read("entry_reference"),
        TransactionCode(
            read("code domain"),
            read("code family"),
            read("code subfamily"),
            read("code proprietary"),
            read("code issuer"),
        ),
        tuple(Batch(**batch) for batch in raw["batches"]) if "batches" in raw else (),
        read("additional_info"),
        charges_of(raw) if "charge_records" in raw else None,
        tuple(
            [
                detail_of(detail, sign, is_reversal=is_reversal, own_iban=account.iban)
                for detail in details
            ]
        ),
    )


def date_in(element: Element) -> date:
    """The date of a `Dt` or `DtTm`; a time inside it is left out."""
    text = element.text
    found = iso_date(text.strip()) if text else None
    if found is None:
        raise refusal(element, f"not a date: {quoted(text)}")
    return found


def _booked_on(raw: Raw, element: Element) -> None:
    raw["booked_on"] = date_in(element)


def _value_on(raw: Raw, element: Element) -> None:
    raw["value_on"] = date_in(element)


def _reversal(raw: Raw, element: Element) -> None:
    raw["is_reversal"] = text_of(element) in TRUE


def _status(raw: Raw, element: Element) -> None:
    """Text up to version 07, a code inside since."""
    if len(element):
        return
    text = text_of(element)
    status = _STATUSES.get(text or "")
    if status is None:
        raise refusal(element, f"not an entry status: {quoted(text)}")
    raw["status"] = status


def _batch_count(raw: Raw, element: Element) -> None:
    count = text_of(element) or ""
    if count.isdecimal() and len(count) <= _COUNT_DIGITS_MAX:
        raw["batches"][-1]["transactions"] = int(count)


def _batch_total(raw: Raw, element: Element) -> None:
    raw["batches"][-1]["total"] = amount_in(element, raw["currency"])


_READERS: dict[str, Read] = {
    **CHARGE_READERS,
    "amount": reads_amount("amount"),
    "sign": reads_sign,
    "reversal": _reversal,
    "status": _status,
    "booked_on": _booked_on,
    "value_on": _value_on,
    "batch opens": opens_record("batches"),
    "batch message_id": reads_record_text("batches", "message_id"),
    "batch payment_information_id": reads_record_text("batches", "payment_information_id"),
    "batch transactions": _batch_count,
    "batch total": _batch_total,
}
_ENTRY = ElementReader(ENTRY_PATHS, _READERS)
