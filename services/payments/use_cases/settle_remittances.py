"""Bring bulk sums and their specifications together, whichever came first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.payments.domain.remittance import Part, pairs, shares_of
from services.payments.domain.transitions import REMITTANCE, after
from services.payments.models import Payment, Remittance, RemittanceStray
from services.payments.repository import matching, remittances
from services.payments.repository.remittances import SpecifiedPart
from services.payments.use_cases.allocate import (
    Allotted,
    allocated_now,
    rest_of,
    write_allocations,
    write_payments,
)
from shared import outbox
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.errors import Conflict
from shared.money import Money
from shared.rows import rows_of

_PARTS_AT_ONCE = 5_000


class SumsDiffer(Conflict):
    code = "sums_differ"
    title = "The payment is less than the specification says"


async def settle_remittances(session: WriteSession) -> list[Payment]:
    """Take apart every sum that exactly one specification explains; returns those sums.

    The others wait in the queue and say whether a specification is missing or differs.
    """
    waiting = {row.id: row for row in await remittances.lock_waiting(session)}
    sums = await remittances.lock_sums(session)
    payments = {payment.id: payment for payment, _ in sums}
    found = pairs(
        {r.id: (r.sender_id, r.currency, r.net_minor) for r in waiting.values()},
        {p.id: (sender_id, p.currency, p.amount_minor) for p, sender_id in sums},
    )
    settled = [(waiting[one], payments[other]) for one, other in sorted(found.items())]
    await _take_apart(session, settled)
    left = {r.sender_id for r in waiting.values() if r.id not in found}
    done = set(found.values())
    await _explain(
        session, [(payment, sender in left) for payment, sender in sums if payment.id not in done]
    )
    return [payment for _, payment in settled]


async def settle_by_hand(
    session: WriteSession, remittance_id: UUID, payment_id: UUID
) -> Remittance:
    """A clerk knows that this sum is the one specified; what is more stays in the queue."""
    remittance = await remittances.lock_remittance(session, remittance_id)
    after(REMITTANCE, "remittance", remittance.status, "settle")
    payment = await matching.lock_payment(session, payment_id)
    net, rest = Money(remittance.net_minor, remittance.currency), rest_of(payment)
    if payment.queue_reason is None or rest.currency != net.currency or rest < net:
        raise SumsDiffer(
            f"{net} is specified and {rest} of the payment is free: look for the right payment,"
            " or cancel the specification and upload what the sender corrects",
            specified={"amount": net.minor, "currency": net.currency},
            free={"amount": rest.minor, "currency": rest.currency},
        )
    await _take_apart(session, [(remittance, payment)])
    return remittance


async def cancel_remittance(session: WriteSession, remittance_id: UUID) -> Remittance:
    """It was wrong; the same file may come again."""
    remittance = await remittances.lock_remittance(session, remittance_id)
    remittance.status = after(REMITTANCE, "remittance", remittance.status, "cancel")
    remittance.version += 1
    await session.flush()
    return remittance


async def _take_apart(session: WriteSession, settled: Sequence[tuple[Remittance, Payment]]) -> None:
    """Each part to its invoice: all items locked first, then some thousands of parts at a time."""
    if not settled:
        return
    ids = [remittance.id for remittance, _ in settled]
    await remittances.lock_items(session, ids)
    strays = await remittances.strays(session, ids)
    payments: dict[UUID, tuple[Payment, dict[str, Any]]] = {}
    for remittance, payment in settled:
        allocated, customers = await _allocate_parts(session, remittance, payment)
        reason = rest_reason(strays.get(remittance.id))
        changed = allocated_now(payment, payment.allocated_minor + allocated, reason)
        if len(customers) == 1:
            changed["customer_id"] = customers.pop()
        payments[payment.id] = payment, {"customer_id": payment.customer_id, **changed}
        remittance.status = after(REMITTANCE, "remittance", remittance.status, "settle")
        remittance.payment_id, remittance.version = payment.id, remittance.version + 1
    await session.flush()
    await write_payments(session, payments)


async def _allocate_parts(
    session: WriteSession, remittance: Remittance, payment: Payment
) -> tuple[int, set[UUID]]:
    """Minor units given to invoices, and whose they are."""
    allocated, customers, line = 0, set[UUID](), 0
    while rows := await remittances.parts(session, remittance.id, _PARTS_AT_ONCE, line):
        items = await matching.lock_candidates(session, ids={row.invoice_id for row in rows})
        available = {item.id: item.available for item in items}
        shares = shares_of((_part(row, remittance) for row in rows), available)
        await write_allocations(session, [Allotted.of(payment, shares, "specification")])
        # What is told leaves memory with each step, for the same transaction.
        await outbox.flush(session)
        allocated += sum(share.amount.minor for share in shares)
        customers |= {share.customer_id for share in shares}
        line = rows[-1].line
    return allocated, customers


def rest_reason(strays: Sequence[RemittanceStray] | None) -> str:
    """Why something of a sum taken apart is left: nobody's row, or what was open no more."""
    return "specification_unknown" if strays else "specification_rest"


def _part(row: SpecifiedPart, remittance: Remittance) -> Part:
    return Part(
        row.invoice_id,
        row.customer_id,
        Money(row.gross_minor, remittance.currency),
        Money(row.fee_minor, remittance.currency),
    )


async def _explain(session: WriteSession, unpaired: Sequence[tuple[Payment, bool]]) -> None:
    told = [
        (payment, "specification_differs" if has_other else "awaits_specification")
        for payment, has_other in unpaired
    ]
    await _queue(session, told)


async def _queue(session: WriteSession, reasons: Sequence[tuple[Payment, str]]) -> None:
    rows = [
        {"id": payment.id, "queue_reason": reason, "version": payment.version + 1}
        for payment, reason in reasons
        if payment.queue_reason != reason
    ]
    await update_rows(session, rows_of(Payment), rows)
