"""The head and foot of a camt statement: account, numbers, period and balances."""

from __future__ import annotations

import re
from datetime import datetime

from services.payments.formats.camt_elements import (
    LOCAL,
    Element,
    ElementReader,
    Raw,
    line_of,
    reads_amount,
    reads_sign,
    refusal,
    signed,
    text_of,
)
from services.payments.formats.camt_entry import TRUE, date_in
from services.payments.formats.camt_paths import ACCOUNT_PATHS, BALANCE_PATHS
from services.payments.formats.statement import Account, Balance, StatementEnd, StatementStart

_MESSAGES = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
_PAGE_DIGITS_MAX = 9
_VERSION = re.compile(r"camt\.05[234]\.\d{3}\.\d{2}")


def format_of(message: Element) -> str | None:
    """The message version from its namespace, the bare message when that tells none; else None."""
    kind = _MESSAGES.get(LOCAL[message.tag].removesuffix("V01"))
    version = _VERSION.search(message.tag)
    if kind is not None and version is not None and version.group().startswith(kind):
        return version.group()
    return kind


def start_of(statement: Element, message: Element) -> StatementStart:
    """The head, from what stands before the first entry: what follows may be half there yet."""
    raw: Raw = {}
    balances: list[Element] = []
    for child in statement:
        name = LOCAL[child.tag]
        if name == "Ntry":
            break
        if name == "Bal":
            balances.append(child)
        elif name in _READERS:
            _READERS[name].read_into(raw, child)
        elif name in _TEXTS:
            raw.setdefault(_TEXTS[name], text_of(child))
    opening, _ = _opening_and_closing([_balance(e, raw.get("currency")) for e in balances])
    for child in message:
        if LOCAL[child.tag] == "GrpHdr":
            _GROUP.read_into(raw, child)
    page, last = raw.get("page", ""), raw.get("is_last_page")
    return StatementStart(
        format=format_of(message) or "",
        line=line_of(statement),
        account=Account(raw.get("iban"), raw.get("other"), raw.get("currency")),
        statement_id=raw.get("statement_id"),
        message_id=raw.get("message_id"),
        number=raw.get("number"),
        legal_number=raw.get("legal_number"),
        created_at=_timestamp(raw.get("created_at")),
        covers_from=_timestamp(raw.get("covers_from")),
        covers_to=_timestamp(raw.get("covers_to")),
        page=int(page) if page.isdecimal() and len(page) <= _PAGE_DIGITS_MAX else None,
        is_last_page=None if last is None else last in TRUE,
        opening=opening,
    )


def end_of(statement: Element, entry_count: int, account: Account) -> StatementEnd:
    elements = [child for child in statement if LOCAL[child.tag] == "Bal"]
    balances = [_balance(element, account.currency) for element in elements]
    opening, closing = _opening_and_closing(balances)
    return StatementEnd(entry_count, opening, closing, tuple(balances))


def _balance(balance: Element, account_currency: str | None) -> Balance:
    """A balance without its indicator is a credit: some banks leave it out altogether."""
    raw: Raw = {"currency": account_currency}
    _BALANCE.read_into(raw, balance)
    if "amount" not in raw:
        raise refusal(balance, "a balance without Amt")
    return Balance(
        raw.get("type", ""),
        signed(raw["amount"], raw.get("sign", 1)),
        raw.get("on"),
        raw.get("subtype") == "INTM",
    )


def _on(raw: Raw, element: Element) -> None:
    raw["on"] = date_in(element)


def _opening_and_closing(balances: list[Balance]) -> tuple[Balance | None, Balance | None]:
    """Booked balances only. A day's report may hold interim balances: its first and its last."""
    by_type: dict[str, Balance] = {}
    for balance in balances:
        by_type.setdefault(balance.type, balance)
    interim = [balance for balance in balances if balance.type == "ITBD"]
    opening = by_type.get("OPBD") or by_type.get("PRCD")
    if opening is None and len(interim) > 1:
        opening = interim[0]
    return opening, by_type.get("CLBD") or (interim[-1] if interim else None)


def _timestamp(text: str | None) -> datetime | None:
    """None too for what is no timestamp: nothing is decided on these, so nothing is refused."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


_TEXTS = {
    "Id": "statement_id",
    "ElctrncSeqNb": "number",
    "LglSeqNb": "legal_number",
    "CreDtTm": "created_at",
}
_PAGES = ElementReader({"PgNb": "page", "LastPgInd": "is_last_page"}, {})
_READERS = {
    "StmtPgntn": _PAGES,
    "RptPgntn": _PAGES,
    "NtfctnPgntn": _PAGES,
    "Acct": ElementReader(ACCOUNT_PATHS, {}),
    "FrToDt": ElementReader({"FrDtTm": "covers_from", "ToDtTm": "covers_to"}, {}),
}
_GROUP = ElementReader(
    {"MsgId": "message_id", "MsgPgntn/PgNb": "page", "MsgPgntn/LastPgInd": "is_last_page"}, {}
)
_BALANCE = ElementReader(
    BALANCE_PATHS, {"amount": reads_amount("amount"), "sign": reads_sign, "on": _on}
)
