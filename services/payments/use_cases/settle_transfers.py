"""Transfers that were executed, by a statement or by a person's word: told to the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.payments.domain.bank_lines import Sent
from services.payments.domain.transitions import TRANSFER, after
from services.payments.models import Transfer
from services.payments.repository import transfers
from services.payments.use_cases.plan_lines import LinePlan
from shared import outbox
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.events.payments import LevyRemitted, RefundExecuted
from shared.money import Money
from shared.rows import rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """`line_id` is none as long as nothing but a person's word tells of it (`by`, `reason`)."""

    transfer: Transfer
    on: date
    line_id: UUID | None
    by: str | None = None
    reason: str | None = None


async def settle_transfers(session: WriteSession, plan: LinePlan) -> None:
    await execute_transfers(
        session,
        [
            Execution(
                transfer=plan.transfers[transfer_id], on=line.draft.booked_on, line_id=line.id
            )
            for line in plan.lines
            if isinstance(line.kind, Sent)
            for transfer_id in line.kind.transfer_ids
        ],
    )


async def execute_transfers(session: WriteSession, executions: Sequence[Execution]) -> None:
    """All are locked. One that a person said was executed only gets its line: its day was told."""
    news = [one for one in executions if one.transfer.status != "executed"]
    seen = [one for one in executions if one.transfer.status == "executed"]
    await update_rows(session, rows_of(Transfer), [_executed(one) for one in news])
    await update_rows(
        session,
        rows_of(Transfer),
        [
            {"id": one.transfer.id, "line_id": one.line_id, "version": one.transfer.version + 1}
            for one in seen
        ],
    )
    # The transfers are locked: whoever reverses a payment from now on sees them executed.
    refunded = {one.transfer.payment_id for one in news if one.transfer.payment_id}
    gone = await transfers.collected_for(session, refunded, only_reversed=True) if refunded else {}
    for one in news:
        outbox.add(session, _told(one, gone))


def _executed(one: Execution) -> dict[str, Any]:
    return {
        "id": one.transfer.id,
        "status": after(TRANSFER, "transfer", one.transfer.status, "execute"),
        "line_id": one.line_id,
        "executed_on": one.on,
        "executed_by": one.by,
        "executed_reason": one.reason,
        "version": one.transfer.version + 1,
    }


def _told(one: Execution, gone: Mapping[UUID, UUID | None]) -> RefundExecuted | LevyRemitted:
    """`gone`: payments that left by themselves meanwhile, and the invoice each was for."""
    transfer = one.transfer
    amount = Money(transfer.amount_minor, transfer.currency)
    if transfer.payment_id is None:
        return LevyRemitted(transfer_id=transfer.id, amount=amount, executed_on=one.on)
    return RefundExecuted.model_validate(
        {
            "refund_id": transfer.id,
            "payment_id": transfer.payment_id,
            "customer_id": transfer.customer_id,
            "amount": amount,
            "executed_on": one.on,
            "kind": transfer.kind,
            "after_reversal": transfer.payment_id in gone,
            "invoice_id": gone.get(transfer.payment_id),
        }
    )
