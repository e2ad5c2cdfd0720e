"""A clerk says whose money it is: match a payment, or take a match back by counter-entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.matching import Item, Share
from services.payments.domain.transitions import PAYMENT, after, payment_trigger
from services.payments.models import Allocation, Payment
from services.payments.repository import matching
from services.payments.use_cases.book_payments import (
    Verdict,
    allocation_rows,
    tell_allocated,
)
from services.payments.use_cases.reverse_payments import told_undone, undo_rows
from services.payments.use_cases.show_lines import reseal_lines
from shared import outbox
from shared.bulk import insert_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput, Problem
from shared.ids import uuid7
from shared.money import Money
from shared.rows import rows_of


class NotMatchable(Conflict):
    code = "not_matchable"
    title = "The payment cannot be allocated like this"


@dataclass(frozen=True, slots=True)
class Wish:
    invoice_id: UUID
    amount: Money


async def match_by_hand(
    session: WriteSession, payment_id: UUID, wishes: Sequence[Wish], *, vault: Vault
) -> Payment:
    payment = await matching.lock_payment(session, payment_id)
    if payment.status not in {"unallocated", "partly_allocated"}:
        raise NotMatchable(f"the payment is {payment.status}", state=payment.status)
    found = await matching.lock_candidates(session, ids={wish.invoice_id for wish in wishes})
    items = {item.id: item for item in found}
    rest = Money(payment.amount_minor - payment.allocated_minor, payment.currency)
    _refuse(wishes, items, rest)
    shares = tuple(
        Share(wish.invoice_id, items[wish.invoice_id].customer_id, wish.amount) for wish in wishes
    )
    await _allocate(session, payment, shares)
    customers = {share.customer_id for share in shares}
    if len(customers) == 1:
        (payment.customer_id,) = customers
    if payment.line_id is not None:
        await reseal_lines(session, {payment.line_id: payment.customer_id}, vault=vault)
    return payment


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


async def _allocate(session: WriteSession, payment: Payment, shares: tuple[Share, ...]) -> None:
    ids = [uuid7() for _ in shares]
    verdict = Verdict(payment.customer_id, shares, "manual", None, ())
    now, creditor_id = session.info["clock"].now(), scope_of(session).creditor_id
    await insert_rows(
        session,
        rows_of(Allocation),
        [
            {**row, "creditor_id": creditor_id, "created_at": now}
            for row in allocation_rows(payment.id, ids, verdict)
        ],
    )
    _set_allocated(payment, payment.allocated_minor + verdict.allocated, "rest")
    tell_allocated(
        session,
        payment_id=payment.id,
        value_on=payment.value_on,
        source=payment.source,
        allocation_ids=ids,
        shares=shares,
        rule=verdict.rule,
    )


async def undo_by_hand(
    session: WriteSession, payment_id: UUID, allocation_ids: Collection[UUID] | None
) -> Payment:
    """Take back all of a payment's allocations, or the named ones; it is in the queue again."""
    payment = await matching.lock_payment(session, payment_id)
    active = await matching.lock_active_allocations(session, [payment_id])
    chosen = [row for row in active if allocation_ids is None or row.id in allocation_ids]
    if not chosen or (allocation_ids is not None and len(chosen) != len(set(allocation_ids))):
        raise NotMatchable("there is no such allocation to undo")
    await undo_rows(session, chosen, reason="undone")
    for row in chosen:
        outbox.add(session, told_undone(row, "undone"))
    freed = sum(row.amount_minor for row in chosen)
    _set_allocated(payment, payment.allocated_minor - freed, "undone")
    payment.candidates = []
    return payment


def _set_allocated(payment: Payment, allocated_minor: int, queue_reason: str) -> None:
    trigger = payment_trigger(payment.amount_minor, allocated_minor)
    payment.status = after(PAYMENT, "payment", payment.status, trigger)
    payment.allocated_minor = allocated_minor
    payment.queue_reason = None if payment.status == "allocated" else queue_reason
    payment.version += 1
