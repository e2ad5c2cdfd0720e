"""Which of our debits or transfers a bank refused: of the file, of a group, or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.return_rules import REASON_NOT_TOLD


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status for what the id names: the file, a group in it, or one order; None for silence."""

    id: UUID | None
    is_rejected: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    own: Verdict
    orders: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """A debit or transfer of ours and the group (`PmtInf`) it travelled in."""

    id: UUID
    group_id: UUID


def rejected(
    whole: Verdict, groups: Sequence[GroupVerdict], orders: Iterable[Order]
) -> dict[UUID, str]:
    """The reason (ISO 20022) per order that was refused. What is said of one order goes before
    what is said of its group, and that before what is said of the file."""
    by_group = {group.own.id: group.own for group in groups}
    by_order = {one.id: one for group in groups for one in group.orders}
    found = {}
    for order in orders:
        levels = (by_order.get(order.id), by_group.get(order.group_id), whole)
        if any(level is not None and level.is_rejected for level in levels):
            reasons = (level.reason for level in levels if level is not None)
            found[order.id] = next((reason for reason in reasons if reason), REASON_NOT_TOLD)
    return found
