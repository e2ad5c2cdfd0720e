"""Debits that came back: by a bank's return, or by its refusal before anything was collected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.payments.domain.return_rules import rules_on
from services.payments.domain.transitions import DEBIT, after
from services.payments.models import Debit
from services.payments.repository import parties
from services.payments.use_cases.change_mandates import suspend_mandates
from shared import outbox
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.events.payments import DebitReturned
from shared.money import Money
from shared.rows import rows_of


@dataclass(frozen=True, slots=True)
class ComingBack:
    """`status` is the debit's at this moment of a file; `code` the bank's reason (ISO 20022).

    `never_collected`: no line of an account tells it, but a report of the bank or ourselves.
    """

    debit: Debit
    status: str
    code: str
    on: date
    never_collected: bool = False


async def return_debits(session: WriteSession, returns: Sequence[ComingBack]) -> None:
    """The debits are locked; their payments, if any, are reversed by the caller."""
    await update_rows(
        session,
        rows_of(Debit),
        [
            {
                "id": back.debit.id,
                "status": after(DEBIT, "debit", back.status, "return"),
                "return_code": back.code,
                "returned_on": back.on,
            }
            for back in returns
        ],
    )
    for back in returns:
        outbox.add(session, _told(back))
    reasons = {
        back.debit.mandate_id: back.code
        for back in returns
        if rules_on(back.on).of(back.code).suspends_mandate
    }
    if reasons:
        mandates = await parties.lock_mandates(session, reasons)
        await suspend_mandates(session, mandates, reasons)


def _told(back: ComingBack) -> DebitReturned:
    rule = rules_on(back.on).of(back.code)
    return DebitReturned(
        debit_id=back.debit.id,
        invoice_id=back.debit.invoice_id,
        customer_id=back.debit.customer_id,
        amount=Money(back.debit.amount_minor, back.debit.currency),
        return_code=back.code,
        returned_on=back.on,
        next_action=rule.action,
        concerns_debtor=rule.concerns_debtor,
        never_collected=back.never_collected,
    )
