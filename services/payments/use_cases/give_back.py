"""A refund, or the payer's bank, took money of a visit back; or it came once more after that.

Each step is a counter-entry of its own: what is booked follows what the provider holds to be gone,
however often and in whatever order that is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from services.payments.domain.given_back import cut_allocations, take_from
from services.payments.domain.matching import Share
from services.payments.models import Allocation, Payment, ProviderPayment, ProviderReversal
from services.payments.repository import matching, online, transfers
from services.payments.use_cases.allocate import (
    Placement,
    allocate,
    allocated_now,
    rest_of,
    write_payments,
)
from services.payments.use_cases.book_visit import book_visit
from services.payments.use_cases.business_day import today_of
from services.payments.use_cases.decide_transfer import end
from services.payments.use_cases.reverse_payments import (
    Reversal,
    reverse_payments,
    told_reversed,
    undo_allocations,
)
from shared import outbox
from shared.db import WriteSession
from shared.ids import derived_id, uuid7
from shared.money import Money


async def follow_gone(
    session: WriteSession, row: ProviderPayment, gone: Money, came_again: Money | None = None
) -> bool:
    """Book what `gone`, all that is with the payer again, says beyond what is booked.

    `came_again` went before that and is with us now: what our books missed of it goes and comes
    in them too, because the provider's payouts tell of both. `row` is locked. False when our
    books cannot follow: another currency, or money that we had paid back ourselves.
    """
    first = derived_id(row.id, "payment")
    reversals = await online.reversals_of(session, row.id)
    ids = {first, *(one.payment_id for one in reversals)}
    payments = await matching.lock_payments(session, ids)
    if first not in payments:
        return True
    if gone.currency != payments[first].currency:
        return False
    whole = Money(payments[first].amount_minor, gone.currency)
    taken, again = (_total(reversals, kind, gone.currency) for kind in ("taken", "reinstated"))
    gone, booked = min(gone, whole), taken - again
    missed = max((came_again or again) - again, Money.zero(gone.currency))
    # What went several times over stays netted: of one payment no more can be gone than it was.
    most = gone + missed if gone + missed <= whole else gone
    if most > booked:
        lefts = _newest_first(payments, reversals)
        if not await _take(session, row, lefts, most - booked):
            return False
        booked = most
    if gone < booked:
        await _reinstate(session, row, booked - gone)
    return True


def _total(reversals: Collection[ProviderReversal], kind: str, currency: str) -> Money:
    return Money(sum(one.amount_minor for one in reversals if one.kind == kind), currency)


def _newest_first(
    payments: Mapping[UUID, Payment], reversals: Collection[ProviderReversal]
) -> list[tuple[Payment, Money]]:
    """With what is left of each; those that went back as a whole are left out."""
    lefts = []
    for payment in sorted(payments.values(), key=lambda one: one.created_at, reverse=True):
        lost = sum(
            one.amount_minor
            for one in reversals
            if one.payment_id == payment.id and one.kind == "taken"
        )
        if payment.status != "reversed":
            lefts.append((payment, Money(payment.amount_minor - lost, payment.currency)))
    return lefts


async def _take(
    session: WriteSession,
    row: ProviderPayment,
    lefts: list[tuple[Payment, Money]],
    amount: Money,
) -> bool:
    by_id = {payment.id: (payment, left) for payment, left in lefts}
    parts, _ = take_from([(payment.id, left) for payment, left in lefts], amount)
    today = await today_of(session)
    for payment_id, part in parts:
        payment, left = by_id[payment_id]
        reversal_id = uuid7()
        is_all = part.minor == payment.amount_minor
        taken = Reversal(payment, today, None, amount=part, part_id=None if is_all else reversal_id)
        if part == left:
            await reverse_payments(session, [taken])
        elif not await take_part(session, payment, part, taken):
            return False
        await _write(session, row, reversal_id, payment_id, "taken", part, today)
    return True


async def take_part(session: WriteSession, payment: Payment, part: Money, taken: Reversal) -> bool:
    """Book that a part of a payment is gone; False when too little is left of it.

    It counts as allocated from now on, as what a transfer pays back does.
    """
    rows = {one.id: one for one in await matching.lock_active_allocations(session, [payment.id])}
    spent = [(one.id, Money(one.amount_minor, one.currency)) for one in rows.values()]
    rest = rest_of(payment)
    unsent = await transfers.lock_unsent_of(session, [payment.id]) if rest < part else ()
    asked_back = Money(sum(one.amount_minor for one in unsent), part.currency)
    cuts = cut_allocations(rest + asked_back, spent, part)
    if cuts is None:
        return False
    for transfer in unsent:
        end(session, transfer, payment, "cancel", "payment_reversed")
    undone = [rows[cut.allocation_id] for cut in cuts]
    why = {payment.id: taken.why} if taken.why else None
    codes = {payment.id: taken.return_code}
    await undo_allocations(session, undone, reason="returned", codes=codes, why=why)
    freed = sum(one.amount_minor for one in undone)
    reason = payment.queue_reason or "rest"
    changed = allocated_now(payment, payment.allocated_minor - freed + part.minor, reason)
    await write_payments(session, {payment.id: (payment, changed)})
    outbox.add(session, told_reversed(taken))
    for cut, one in zip(cuts, undone, strict=True):
        if cut.kept:
            await allocate(session, [_kept(payment, one, cut.kept, reason)])
    return True


def _kept(payment: Payment, allocation: Allocation, kept: Money, reason: str) -> Placement:
    """What stays of an allocation, as one of its own: billing takes allocations back whole."""
    share = Share(allocation.invoice_id, allocation.customer_id, kept)
    return Placement(payment, (share,), allocation.matched_by, reason)


async def _reinstate(session: WriteSession, row: ProviderPayment, amount: Money) -> None:
    """The refund failed, or the chargeback was won: the money is here again, as a new payment."""
    reversal_id = uuid7()
    payment_id = derived_id(reversal_id, "payment")
    await book_visit(session, row, payment_id, amount, again=True)
    today = await today_of(session)
    await _write(session, row, reversal_id, payment_id, "reinstated", amount, today)


async def _write(
    session: WriteSession,
    row: ProviderPayment,
    reversal_id: UUID,
    payment_id: UUID,
    kind: str,
    amount: Money,
    today: date,
) -> None:
    session.add(
        ProviderReversal(
            id=reversal_id,
            creditor_id=row.creditor_id,
            provider_payment_id=row.id,
            payment_id=payment_id,
            kind=kind,
            amount_minor=amount.minor,
            currency=amount.currency,
            booked_on=today,
            created_at=session.info["clock"].now(),
        )
    )
    # Seen by whoever asks in this transaction what is booked already.
    await session.flush()
