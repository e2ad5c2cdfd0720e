"""Pages of one statement, which a bank cut at its own limit, joined to one again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from services.payments.formats.statement import Statement, StatementEnd


def joined(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The same statements, where one goes on in the next as one."""
    held: Statement | None = None
    for statement in statements:
        if held is not None and _goes_on(held, statement):
            held = _one_of(held, statement)
        else:
            if held is not None:
                yield held
            held = statement
    if held is not None:
        yield held


def _goes_on(first: Statement, second: Statement) -> bool:
    """By the bank's own words: its page numbers (camt), its intermediate balances (MT940)."""
    before, after = first.start, second.start
    if (before.format, before.account) != (after.format, after.account):
        return False
    if before.page is not None and after.page is not None:
        is_next = before.is_last_page is False and after.page == before.page + 1
        return is_next and before.number == after.number
    closing, opening = first.closing, second.opening
    if closing is None or opening is None:
        return False
    is_turned = closing.is_intermediate and opening.is_intermediate
    is_same = (before.number or "").partition("/")[0] == (after.number or "").partition("/")[0]
    return is_turned and is_same and closing.amount == opening.amount


def _one_of(first: Statement, second: Statement) -> Statement:
    entries = first.entries + tuple(
        entry._replace(position=position)
        for position, entry in enumerate(second.entries, start=len(first.entries) + 1)
    )
    end = StatementEnd(
        len(entries),
        first.opening,
        second.closing,
        first.end.balances + second.end.balances,
    )
    page, is_last = second.start.page, second.start.is_last_page
    start = replace(first.start, page=page, is_last_page=is_last, covers_to=second.start.covers_to)
    return Statement(start, entries, end)
