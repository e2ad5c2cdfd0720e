"""A sum that was booked whole gives way to its details, told later by another report."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from services.payments.domain.transitions import PAYMENT, after
from services.payments.models import BankLine, Payment
from services.payments.repository import entries
from services.payments.use_cases.drop_reversals import drop_reversals
from shared import outbox
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.events.payments import PaymentReversed
from shared.money import Money
from shared.rows import rows_of

_REPLACEABLE = ("payment", "other")


async def replace_sums(session: WriteSession, entry_ids: Collection[UUID]) -> set[UUID]:
    """Take these sums out of the books where nobody used them yet; which of them are out.

    The others keep what was decided: a sum that was allocated, or that settled debits.
    """
    if not entry_ids:
        return set()
    found: dict[UUID | None, list[tuple[BankLine, Payment | None]]] = {}
    for line, payment in await entries.lock_lines_of(session, entry_ids):
        found.setdefault(line.entry_id, []).append((line, payment))
    wholes = [rows[0] for rows in found.values() if len(rows) == 1 and _is_free(*rows[0])]
    rows = [{"id": line.id, "kind": "batch"} for line, _ in wholes]
    await update_rows(session, rows_of(BankLine), rows)
    await drop_reversals(session, [line.id for line, _ in wholes])
    payments = [payment for _, payment in wholes if payment is not None]
    await update_rows(session, rows_of(Payment), [_taken_out(payment) for payment in payments])
    for payment in payments:
        outbox.add(session, _told(payment))
    return {line.entry_id for line, _ in wholes if line.entry_id is not None}


def _is_free(line: BankLine, payment: Payment | None) -> bool:
    if line.detail_index != 0 or line.kind not in _REPLACEABLE:
        return False
    return payment is None or payment.status == "unallocated"


def _taken_out(payment: Payment) -> dict[str, Any]:
    return {
        "id": payment.id,
        "status": after(PAYMENT, "payment", payment.status, "reclassify"),
        "queue_reason": None,
        "customer_id": None,
        "version": payment.version + 1,
    }


def _told(payment: Payment) -> PaymentReversed:
    return PaymentReversed(
        payment_id=payment.id,
        customer_id=payment.customer_id,
        amount=Money(payment.amount_minor, payment.currency),
        booked_on=payment.booked_on,
        source="bank",
    )
