"""A status changes only through the table of its noun; this is the one way along it."""

from __future__ import annotations

from collections.abc import Mapping

from shared.errors import IllegalTransition

Transitions = Mapping[tuple[str, str], str]


def transition(noun: str, table: Transitions, status: str, trigger: str) -> str:
    """The status after `trigger`. Raises IllegalTransition when the table has no such pair."""
    try:
        return table[status, trigger]
    except KeyError:
        raise IllegalTransition(noun, status, trigger) from None


def statuses(table: Transitions) -> tuple[str, ...]:
    """Every status a table knows, sorted: what the database's CHECK lists."""
    return tuple(sorted({status for status, _ in table} | set(table.values())))
