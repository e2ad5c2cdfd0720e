"""What a bank took back: the payment it was is reversed, or a person has to say which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.bank_lines import Reversed
from services.payments.domain.return_rules import REASON_NOT_TOLD
from services.payments.domain.transitions import REVERSAL, after
from services.payments.models import BankLine, BankReversal, BankReversalPart, Payment
from services.payments.repository import debits, matching, reversals, statements
from services.payments.use_cases.find_originals import find_originals
from services.payments.use_cases.give_back import take_part
from services.payments.use_cases.plan_lines import LinePlan
from services.payments.use_cases.return_debits import ComingBack, return_debits
from services.payments.use_cases.reverse_payments import Reversal, reverse_payments
from services.payments.use_cases.show_lines import reseal_lines
from shared.bulk import insert_rows, update_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict
from shared.ids import uuid7
from shared.money import Money
from shared.rows import rows_of


class PaidBackBefore(Conflict):
    code = "paid_back_before"
    title = "We paid back more of this payment than is left of it for the bank"


@dataclass(frozen=True, slots=True)
class Taken:
    """A part of a reversal, or all of it, with the payment it was; the rows are locked."""

    reversal: BankReversal
    payment: Payment
    amount: Money
    return_code: str | None


async def settle_reversals(session: WriteSession, plan: LinePlan, vault: Vault) -> None:
    """The payments of the file are booked: a reversal may stand before its original."""
    if not plan.taken_back:
        return
    creditor_id = scope_of(session).creditor_id
    new = {line.id for line in plan.lines if isinstance(line.kind, Reversed)}
    found = await find_originals(session, plan.taken_back, vault=vault)
    await insert_rows(
        session,
        rows_of(BankReversal),
        [
            {
                "id": one.id,
                "creditor_id": creditor_id,
                "version": 0,
                "status": "waiting",
                "reason": found[one.id].reason or "reversal_unknown",
                "account_id": one.account_id,
                "amount_minor": one.minor,
                "currency": one.currency,
                "booked_on": one.booked_on,
                "debit_id": one.debit_id,
                "candidates": reversals.stored_candidates(found[one.id].candidates),
            }
            for one in plan.taken_back
            if one.id in new
        ],
    )
    # In this order everywhere: payments, lines, reversals.
    meant = {one.payment_id for one in found.values() if one.payment_id}
    payments = await matching.lock_payments(session, meant)
    lines = await statements.lock_lines(session, found)
    rows = await reversals.lock_reversals(session, found)
    waiting = {id_: row for id_, row in rows.items() if row.status == "waiting"}
    taken = []
    for one in plan.taken_back:
        row, payment_id = waiting.get(one.id), found[one.id].payment_id
        if row is None:
            continue
        if payment_id is None:
            row.reason = found[one.id].reason
            row.candidates = reversals.stored_candidates(found[one.id].candidates)
        elif payments[payment_id].status != "reversed":
            amount = Money(row.amount_minor, row.currency)
            taken.append(Taken(row, payments[payment_id], amount, lines[one.id].return_code))
    await take_back(session, taken, vault=vault)


async def take_back(session: WriteSession, taken: Sequence[Taken], *, vault: Vault) -> None:
    """Book the reversals as those of these payments; each payment and reversal is locked."""
    if not taken:
        return
    lost = await reversals.taken_of(session, {one.payment.id for one in taken})
    wholes: list[tuple[Taken, Reversal]] = []
    parts: list[tuple[Taken, Reversal]] = []
    rows = []
    for one in taken:
        part_id, payment = uuid7(), one.payment
        left = payment.amount_minor - lost.get(payment.id, 0)
        is_all = one.amount.minor == payment.amount_minor
        reversal = Reversal(
            payment,
            one.reversal.booked_on,
            one.return_code,
            amount=one.amount,
            part_id=None if is_all else part_id,
            why="reversed_by_bank",
        )
        if one.amount.minor > left:
            raise Conflict(f"of payment {payment.id} no more than {left} minor units are left")
        (wholes if one.amount.minor == left else parts).append((one, reversal))
        rows.append(_part(one, part_id))
    await insert_rows(session, rows_of(BankReversalPart), rows)
    await reverse_payments(session, [reversal for _, reversal in wholes])
    await _return_debits(session, [one for one, _ in wholes])
    for one, reversal in parts:
        if not await take_part(session, one.payment, one.amount, reversal):
            raise PaidBackBefore(f"too little is left of payment {one.payment.id}")
    await _settle(session, taken, vault)


def _part(one: Taken, part_id: UUID) -> dict[str, object]:
    return {
        "id": part_id,
        "creditor_id": one.reversal.creditor_id,
        "reversal_id": one.reversal.id,
        "payment_id": one.payment.id,
        "amount_minor": one.amount.minor,
        "currency": one.amount.currency,
    }


async def _return_debits(session: WriteSession, taken: Sequence[Taken]) -> None:
    """What was collected by direct debit and is gone as a whole is a returned debit."""
    by_debit = {one.payment.debit_id: one for one in taken if one.payment.debit_id}
    if not by_debit:
        return
    rows = await debits.debits_in_files(session, by_debit, ())
    coming = [(row, by_debit[id_]) for id_, row in rows.items() if row.status == "collected"]
    await return_debits(
        session,
        [
            ComingBack(row, row.status, one.return_code or REASON_NOT_TOLD, one.reversal.booked_on)
            for row, one in coming
        ],
    )


async def _settle(session: WriteSession, taken: Sequence[Taken], vault: Vault) -> None:
    done = {one.reversal.id: one for one in taken}
    for one in done.values():
        row = one.reversal
        row.status = after(REVERSAL, "reversal", row.status, "settle")
        row.reason, row.candidates, row.version = None, [], row.version + 1
    await session.flush()
    await update_rows(
        session, rows_of(BankLine), [{"id": id_, "kind": "return"} for id_ in sorted(done)]
    )
    # Of several customers' payments nobody's key seals the line.
    owners: dict[UUID, set[UUID | None]] = {}
    for one in taken:
        owners.setdefault(one.reversal.id, set()).add(one.payment.customer_id)
    known = {id_: of.copy().pop() for id_, of in owners.items() if len(of) == 1}
    await reseal_lines(session, known, vault=vault)
