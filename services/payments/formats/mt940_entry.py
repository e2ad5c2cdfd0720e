"""Field :61: with its :86: to an `Entry` with its one `Detail`."""

from __future__ import annotations

import re
from typing import Any

from services.payments.formats.mt940_slash import is_slash, slash_fields
from services.payments.formats.mt940_subfields import (
    national_fields,
    subfield_fields,
    subfields_start,
)
from services.payments.formats.mt940_text import text_fields
from services.payments.formats.mt940_values import (
    IBAN_SHAPE,
    StatementLine,
    code_of,
    decimal_in,
    line_from,
    line_of,
)
from services.payments.formats.statement import Amount, Detail, Entry, EntryStatus
from services.payments.formats.unreadable import UnreadableFile

# The tag (86 or NS) and the lines of one field.
Details = tuple[str, list[str]]

# Instead of a reference: it is in :86:, or there is none.
_NO_REFERENCES = frozenset(
    {"", "NONREF", "EREF", "PREF", "MARF", "KREF", "EREF+", "KREF+", "MREF+", "NOTPROVIDED"}
)
_ABSENT = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NOTPROVIDED/", "NONREF"})
_REFERENCE_AND_NAME = re.compile(r"(\S{1,16}) {2,}(\S.*)")
_ACCOUNT = re.compile(r"P?\d{3,10}", re.ASCII)
_BOOKED, _PENDING = EntryStatus.BOOKED, EntryStatus.PENDING
_AMOUNT_TAG = re.compile(r"/(OCMT|CHGS)/([A-Z]{3})?([\d.,]+)/", re.ASCII)
_AMOUNT_FIELDS = {"OCMT": "original_amount", "CHGS": "charges"}
_IBAN_LENGTH_MIN = 14
_IDENTIFIERS = ("end_to_end_id", "mandate_id", "instruction_id")
_BROKEN_TAG = re.compile(r":?86:")


def entry_of(
    position: int,
    line: int,
    lines: list[str],
    details: list[Details],
    currency: str,
    own_account: str | None,
) -> Entry:
    """An entry; `details` holds each :86: or :NS: that followed (Rabobank repeats the tag)."""
    statement_line = line_of(lines[0].rstrip(), line)
    supplement = lines[1:]
    if statement_line is None:
        statement_line, details = _broken_line(line, lines, details)
        supplement = []
    return _entry(position, line, statement_line, supplement, details, currency, own_account)


def regular_entry(
    position: int, line: int, parts: list[str], currency: str, own_account: str | None
) -> Entry:
    """An entry of a field `ENTRY`."""
    statement_line = line_from(parts[:-2], line)
    supplement = parts[-2].split("\n")[1:]
    details = [("86", parts[-1].split("\n"))]
    return _entry(position, line, statement_line, supplement, details, currency, own_account)


def _entry(
    position: int,
    line: int,
    statement_line: StatementLine,
    supplement: list[str],
    details: list[Details],
    currency: str,
    own_account: str | None,
) -> Entry:
    value_on, booked_on, value, is_reversal, is_expected, proprietary, rest = statement_line
    found: dict[str, Any] = {}
    reference, bank_reference = _references(rest, supplement, found)
    if details:
        gvc = _read_details(details, found, currency, own_account)
        if gvc is not None:
            proprietary = f"{proprietary}+{gvc}" if proprietary else gvc
    for key in _IDENTIFIERS:
        if key in found and found[key] in _ABSENT:
            del found[key]
    amount = Amount(value, currency)
    detail = Detail(amount, **found)
    return Entry(
        position,
        line,
        amount,
        booked_on,
        value_on,
        _PENDING if is_expected else _BOOKED,
        is_reversal,
        bank_reference,
        reference,
        code_of(proprietary),
        (),
        detail.additional_info,
        None,
        (detail,),
    )


def _broken_line(
    line: int, lines: list[str], details: list[Details]
) -> tuple[StatementLine, list[Details]]:
    """A line broken before its end, with its :86: perhaps broken too."""
    whole = "".join(text.strip() for text in lines)
    head, *tail = _BROKEN_TAG.split(whole, maxsplit=1)
    statement_line = line_of(head.rstrip(":"), line)
    if statement_line is None:
        raise UnreadableFile.field(":61:", "not a statement line", line)
    return statement_line, [*(("86", [text]) for text in tail), *details]


def _references(
    rest: str, supplement: list[str], found: dict[str, Any]
) -> tuple[str | None, str | None]:
    """The account owner's and the bank's reference; accounts found among them go to `found`."""
    rest, _, bank_reference = rest.partition("//")
    if len(supplement) > 1 and bank_reference and not supplement[0].startswith("/"):
        bank_reference += supplement[0].strip()
        supplement = supplement[1:]
    with_name = _REFERENCE_AND_NAME.fullmatch(rest) if "  " in rest else None
    if with_name is not None and not bank_reference:
        # Rabobank until 2013: the other account in 16 places, then the name.
        rest = with_name[1]
        found["counterparty_name"] = with_name[2]
        if _ACCOUNT.fullmatch(rest):
            found["counterparty_account"] = rest.removeprefix("P").lstrip("0") or rest
            rest = ""
    rest = rest.strip()
    is_iban = len(rest) > _IBAN_LENGTH_MIN and IBAN_SHAPE.fullmatch(rest) is not None
    if is_iban:
        found["counterparty_iban"] = rest
    if supplement and supplement[0].startswith("/"):
        _amounts("".join(supplement), found)
    else:
        for text in supplement:
            _supplement(text.strip(), found, is_name=is_iban)
    reference = None if is_iban or rest in _NO_REFERENCES else rest
    return reference, bank_reference.strip() or None


def _amounts(text: str, found: dict[str, Any]) -> None:
    """Tags in the second line of :61:."""
    for tag, code, value in _AMOUNT_TAG.findall(text):
        amount = decimal_in(value)
        if amount is not None and code:
            found[_AMOUNT_FIELDS[tag]] = Amount(amount, code)


def _supplement(text: str, found: dict[str, Any], *, is_name: bool) -> None:
    """The second line of :61: (34 places for the bank's use)."""
    if not text:
        return
    if IBAN_SHAPE.fullmatch(text):
        found.setdefault("counterparty_iban", text)
    elif _ACCOUNT.fullmatch(text):
        found.setdefault("counterparty_account", text)
    elif is_name:
        found.setdefault("counterparty_name", text)
    else:
        found.setdefault("additional_info", text)


def _read_details(
    details: list[Details], found: dict[str, Any], currency: str, own_account: str | None
) -> str | None:
    """Puts the detail's fields into `found`; the answer is the German business code, if any."""
    tag, lines = details[0]
    start = None
    if len(details) > 1:
        text = [line.strip() for _, lines in details for line in lines]
        fields = text_fields(text, None)
    elif tag == "NS":
        fields = national_fields(lines)
    elif is_slash(lines[0]):
        fields = slash_fields(lines)
    else:
        start = subfields_start(lines)
        if start is not None:
            fields = subfield_fields(start, currency, own_account)
        else:
            fields = text_fields(lines, found.get("counterparty_name"))
    found.update(fields)
    return None if start is None else start[1]
