"""One `Ntry` element to an `Entry`."""

from __future__ import annotations

from services.payments.formats.camt_detail import detail_of, exchange_rate, transaction_code
from services.payments.formats.camt_elements import (
    CHARGE_READERS,
    ElementReader,
    NotUnderstood,
    Raw,
    Read,
    amount_in,
    charges_of,
    opens_record,
    reads_amount,
    reads_record_text,
    reads_sign,
    signed,
)
from services.payments.formats.camt_paths import ENTRY_PATHS
from services.payments.formats.statement import Account, Batch, Entry, EntryStatus
from services.payments.formats.unreadable import UnreadableFile, iso_date, quoted

_STATUSES = {status.value: status for status in EntryStatus}
TRUE = frozenset({"true", "1"})
_COUNT_DIGITS_MAX = 15


def raw_entry(tags: list[str], pieces: list[str], default_currency: str | None) -> Raw | None:
    """What one `Ntry` says apart from its details; None when it does not end with the tags (one of
    another namespace inside it does)."""
    raw: Raw = {"currency": default_currency}
    return raw if ENTRY.read_into(raw, tuple(tags), pieces) else None


def entry_of(raw: Raw, position: int, line: int, account: Account, details: list[Raw]) -> Entry:
    """An entry with the raw details gathered before its end."""
    if "amount" not in raw or "sign" not in raw:
        missing = "CdtDbtInd" if "amount" in raw else "Amt"
        raise UnreadableFile.field("Ntry", f"an entry without {missing}", line)
    sign, is_reversal, own_iban = raw["sign"], raw.get("is_reversal", False), account.iban
    read = raw.get
    return Entry(
        position,
        line,
        signed(raw["amount"], sign),
        read("booked_on"),
        read("value_on"),
        read("status", EntryStatus.BOOKED),
        is_reversal,
        read("bank_reference"),
        read("entry_reference"),
        transaction_code(raw),
        tuple(Batch(**batch) for batch in raw["batches"]) if "batches" in raw else (),
        read("additional_info"),
        charges_of(raw) if "charge_records" in raw else None,
        tuple(
            [
                detail_of(detail, sign, is_reversal=is_reversal, own_iban=own_iban)
                for detail in details
            ]
        ),
        read("original_amount"),
        read("exchange_rate"),
    )


def reads_date(key: str) -> Read:
    """The date of a `Dt` or `DtTm`; a time inside it is left out."""

    def read(raw: Raw, text: str, _currency: str | None) -> None:
        found = iso_date(text)
        if found is None:
            raise NotUnderstood(f"not a date: {quoted(text)}")
        raw[key] = found

    return read


def _reversal(raw: Raw, text: str, _currency: str | None) -> None:
    raw["is_reversal"] = text in TRUE


def _status(raw: Raw, text: str, _currency: str | None) -> None:
    """Text up to version 07, a code inside since."""
    status = _STATUSES.get(text)
    if status is None:
        raise NotUnderstood(f"not an entry status: {quoted(text)}")
    raw["status"] = status


def _batch_count(raw: Raw, text: str, _currency: str | None) -> None:
    if text.isdecimal() and len(text) <= _COUNT_DIGITS_MAX:
        raw["batches"][-1]["transactions"] = int(text)


def _batch_total(raw: Raw, text: str, currency: str | None) -> None:
    raw["batches"][-1]["total"] = amount_in(raw, text, currency)


_READERS: dict[str, Read] = {
    **CHARGE_READERS,
    "amount": reads_amount("amount"),
    "sign": reads_sign,
    "reversal": _reversal,
    "status": _status,
    "booked_on": reads_date("booked_on"),
    "value_on": reads_date("value_on"),
    "original_amount": reads_amount("original_amount"),
    "exchange_rate": exchange_rate,
    "batch opens": opens_record("batches"),
    "batch message_id": reads_record_text("batches", "message_id"),
    "batch payment_information_id": reads_record_text("batches", "payment_information_id"),
    "batch transactions": _batch_count,
    "batch total": _batch_total,
}
ENTRY = ElementReader(ENTRY_PATHS, _READERS)
