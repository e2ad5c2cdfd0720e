"""Transfers a statement shows as executed: told to the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.payments.domain.bank_lines import Sent
from services.payments.domain.transitions import TRANSFER, after
from services.payments.models import Transfer
from services.payments.repository import transfers
from services.payments.use_cases.plan_lines import LinePlan, PlacedLine
from shared import outbox
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.events.payments import LevyRemitted, RefundExecuted
from shared.money import Money
from shared.rows import rows_of


async def settle_transfers(session: WriteSession, plan: LinePlan) -> None:
    sent = [
        (plan.transfers[transfer_id], line)
        for line in plan.lines
        if isinstance(line.kind, Sent)
        for transfer_id in line.kind.transfer_ids
    ]
    await update_rows(
        session,
        rows_of(Transfer),
        [
            {
                "id": transfer.id,
                "status": after(TRANSFER, "transfer", transfer.status, "execute"),
                "line_id": line.id,
                "executed_on": line.draft.booked_on,
                "version": transfer.version + 1,
            }
            for transfer, line in sent
        ],
    )
    # The transfers are locked: whoever reverses a payment from now on sees them executed.
    refunded = {transfer.payment_id for transfer, _ in sent if transfer.payment_id}
    gone = await transfers.collected_for(session, refunded, only_reversed=True) if refunded else {}
    for transfer, line in sent:
        outbox.add(session, _told(transfer, line, gone))


def _told(
    transfer: Transfer, line: PlacedLine, gone: Mapping[UUID, UUID | None]
) -> RefundExecuted | LevyRemitted:
    """`gone`: payments that left by themselves meanwhile, and the invoice each was for."""
    amount = Money(transfer.amount_minor, transfer.currency)
    if transfer.payment_id is None:
        return LevyRemitted(
            transfer_id=transfer.id, amount=amount, executed_on=line.draft.booked_on
        )
    return RefundExecuted.model_validate(
        {
            "refund_id": transfer.id,
            "payment_id": transfer.payment_id,
            "customer_id": transfer.customer_id,
            "amount": amount,
            "executed_on": line.draft.booked_on,
            "kind": transfer.kind,
            "after_reversal": transfer.payment_id in gone,
            "invoice_id": gone.get(transfer.payment_id),
        }
    )
