"""A clerk says whose money it is: match, take a match back by counter-entry, move it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.matching import Item, Share
from services.payments.models import Allocation, Payment
from services.payments.repository import matching
from services.payments.use_cases.allocate import (
    Placement,
    allocate,
    allocated_now,
    rest_of,
    write_payments,
)
from services.payments.use_cases.note_payments import Note, note_payments, reseal_notes
from services.payments.use_cases.remember_payers import teach, unlearn
from services.payments.use_cases.reverse_payments import undo_allocations
from services.payments.use_cases.show_lines import reseal_lines
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict, Forbidden, InvalidInput, Problem
from shared.money import Money


class NotMatchable(Conflict):
    code = "not_matchable"
    title = "The payment cannot be allocated like this"


class WriteOffNeedsApproval(Forbidden):
    code = "write_off_needs_approval"
    title = "Giving up this much needs the scope payments:approve"


@dataclass(frozen=True, slots=True)
class Wish:
    invoice_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchByHand:
    """`write_off_rest` gives up what the wishes leave open of their invoices, in all
    `write_off_max_minor` at most (None: any). `note` says why, in the clerk's words.
    """

    wishes: Sequence[Wish]
    write_off_rest: bool = False
    write_off_max_minor: int | None = 0
    remember: bool = True
    note: str | None = None


async def match_by_hand(
    session: WriteSession, payment_id: UUID, command: MatchByHand, *, vault: Vault
) -> Payment:
    payment = await matching.lock_payment(session, payment_id)
    if payment.status not in {"unallocated", "partly_allocated"}:
        raise NotMatchable(
            f"the payment is {payment.status}; move or undo what it is allocated to first",
            state=payment.status,
        )
    wishes = command.wishes
    found = await matching.lock_candidates(session, ids={wish.invoice_id for wish in wishes})
    items = {item.id: item for item in found}
    _refuse(wishes, items, rest_of(payment))
    shares = tuple(_share(wish, items[wish.invoice_id], command) for wish in wishes)
    _refuse_write_off(shares, command.write_off_max_minor, payment.currency)
    await allocate(session, [Placement(payment, shares, "manual")])
    if command.remember:
        await teach(session, {payment.id: (payment, {s.customer_id for s in shares})})
    await settle_seals(session, [payment], vault=vault)
    await note_payments(session, [Note(payment, "match", command.note)], vault=vault)
    return payment


def _share(wish: Wish, item: Item, command: MatchByHand) -> Share:
    left = item.available - wish.amount
    given_up = left if command.write_off_rest and left else None
    return Share(wish.invoice_id, item.customer_id, wish.amount, given_up)


def _refuse(wishes: Sequence[Wish], items: Mapping[UUID, Item], rest: Money) -> None:
    problems = []
    seen: set[UUID] = set()
    for index, wish in enumerate(wishes):
        item = items.get(wish.invoice_id)
        place = f"allocations[{index}]"
        if wish.invoice_id in seen:
            problems.append(Problem(f"{place}.invoice_id", "comes twice"))
        seen.add(wish.invoice_id)
        if wish.amount.currency != rest.currency:
            problems.append(Problem(f"{place}.amount", f"the payment is in {rest.currency}"))
        elif wish.amount.minor <= 0:
            problems.append(Problem(f"{place}.amount", "more than nothing"))
        elif item is None:
            problems.append(Problem(f"{place}.invoice_id", "no open item with this id"))
        elif item.available.currency != rest.currency or item.available < wish.amount:
            problems.append(Problem(f"{place}.amount", f"only {item.available} is open"))
    if problems:
        raise InvalidInput("the allocation does not fit; nothing was changed", problems)
    if Money.total((wish.amount for wish in wishes), rest.currency) > rest:
        raise NotMatchable(f"only {rest} of the payment is not allocated")


def _refuse_write_off(shares: Sequence[Share], max_minor: int | None, currency: str) -> None:
    given_up = Money.total((s.written_off for s in shares if s.written_off), currency)
    if max_minor is not None and given_up.minor > max_minor:
        limit = Money(max_minor, currency)
        raise WriteOffNeedsApproval(
            f"{given_up} would be given up, a clerk may give up {limit}: ask a supervisor,"
            " or match without write_off_rest",
            limit={"amount": limit.minor, "currency": currency},
        )


async def settle_seals(session: WriteSession, payments: Sequence[Payment], *, vault: Vault) -> None:
    """What payers and clerks wrote is sealed for the customer it turned out to be about."""
    lines = {p.line_id: p.customer_id for p in payments if p.line_id is not None}
    await reseal_lines(session, lines, vault=vault)
    await reseal_notes(session, {p.id: p.customer_id for p in payments}, vault=vault)


async def undo_by_hand(
    session: WriteSession,
    payment_id: UUID,
    allocation_ids: Collection[UUID] | None,
    *,
    note: str | None = None,
    vault: Vault,
) -> Payment:
    """Take back all of a payment's allocations, or the named ones; it is in the queue again.

    What its matches had taught of the account is unlearned.
    """
    payment = await matching.lock_payment(session, payment_id)
    chosen = await _chosen(session, payment_id, allocation_ids)
    await undo_allocations(session, chosen, reason="undone")
    freed = sum(row.amount_minor for row in chosen)
    changed = allocated_now(payment, payment.allocated_minor - freed, "undone")
    await write_payments(session, {payment.id: (payment, changed | {"candidates": []})})
    await unlearn(session, payment, chosen)
    await note_payments(session, [Note(payment, "undo", note)], vault=vault)
    return payment


async def _chosen(
    session: WriteSession, payment_id: UUID, allocation_ids: Collection[UUID] | None
) -> Sequence[Allocation]:
    active = await matching.lock_active_allocations(session, [payment_id])
    chosen = [row for row in active if allocation_ids is None or row.id in allocation_ids]
    if not chosen or (allocation_ids is not None and len(chosen) != len(set(allocation_ids))):
        raise NotMatchable("there is no such allocation to undo")
    return chosen


async def move_by_hand(
    session: WriteSession,
    payment_id: UUID,
    allocation_ids: Collection[UUID] | None,
    command: MatchByHand,
    *,
    vault: Vault,
) -> Payment:
    """It was somebody else's after all: undo and match in one step, or neither."""
    await undo_by_hand(session, payment_id, allocation_ids, vault=vault)
    return await match_by_hand(session, payment_id, command, vault=vault)
