"""The head and foot of a camt statement: account, numbers, period and balances."""

from __future__ import annotations

from datetime import datetime

from services.payments.formats.camt_elements import (
    ElementReader,
    Raw,
    place_of,
    reads_amount,
    reads_sign,
    signed,
)
from services.payments.formats.camt_entry import TRUE, reads_date
from services.payments.formats.camt_paths import BALANCE_PATHS, GROUP_PATHS, STATEMENT_PATHS
from services.payments.formats.statement import Account, Balance, StatementEnd, StatementStart
from services.payments.formats.unreadable import UnreadableFile

_PAGE_DIGITS_MAX = 9


class Part:
    """Tags with their pieces, gathered around what is read at once (statements, entries)."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.tags: list[str] = []
        self.pieces: list[str] = []

    def add(self, tag: str, written: str, text: str) -> None:
        self.tags.append(tag)
        self.pieces += (written, text)


def start_of(version: str, statement: Part, message: Part) -> StatementStart:
    """The head, from what stands before the first entry."""
    raw: Raw = {}
    _STATEMENT.read_into(raw, tuple(statement.tags), statement.pieces)
    _GROUP.read_into(raw, tuple(message.tags), message.pieces)
    opening, _ = _opening_and_closing(_balances(statement, raw.get("currency")))
    page, last = raw.get("page", ""), raw.get("is_last_page")
    return StatementStart(
        format=version,
        line=statement.line,
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


def end_of(statement: Part, entry_count: int, account: Account) -> StatementEnd:
    balances = _balances(statement, account.currency)
    opening, closing = _opening_and_closing(balances)
    return StatementEnd(entry_count, opening, closing, tuple(balances))


def _balances(statement: Part, currency: str | None) -> list[Balance]:
    tags, pieces = statement.tags, statement.pieces
    found: list[Balance] = []
    line, end = statement.line, 0
    while (begin := place_of(tags, "Bal", end)) >= 0:
        line += "".join(pieces[2 * end : 2 * begin]).count("\n")
        end = place_of(tags, "/Bal", begin) + 1
        if not end:
            raise UnreadableFile.field("Bal", "an entry inside of a balance", line)
        try:
            shape = tuple(tags[begin:end])
            found.append(_balance(shape, pieces[2 * begin : 2 * end], currency))
        except UnreadableFile as refused:
            raise refused.moved_down(line) from None
        line += "".join(pieces[2 * begin : 2 * end]).count("\n")
    return found


def _balance(shape: tuple[str, ...], pieces: list[str], currency: str | None) -> Balance:
    """A balance without its indicator is a credit: some banks leave it out altogether."""
    raw: Raw = {"currency": currency}
    _BALANCE.read_into(raw, shape, pieces)
    if "amount" not in raw:
        raise UnreadableFile.field("Bal", "a balance without Amt", 0)
    return Balance(
        raw.get("type", ""),
        signed(raw["amount"], raw.get("sign", 1)),
        raw.get("on"),
        raw.get("subtype") == "INTM",
    )


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


_STATEMENT = ElementReader(STATEMENT_PATHS, {})
_GROUP = ElementReader(GROUP_PATHS, {})
_BALANCE = ElementReader(
    BALANCE_PATHS,
    {"amount": reads_amount("amount"), "sign": reads_sign, "on": reads_date("on")},
)
