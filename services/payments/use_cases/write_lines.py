"""Write what a file was decided to change: entries, lines, payments, debits, returns, payouts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from services.payments.domain.bank_lines import (
    NAMES,
    Collection,
    Incoming,
    Payout,
    Return,
    Sent,
)
from services.payments.models import BankLine, KnownIban, ProviderPayout
from services.payments.use_cases.book_payments import Booking
from services.payments.use_cases.identify_entries import Ledger
from services.payments.use_cases.plan_lines import LinePlan, PlacedLine
from services.payments.use_cases.read_statement_file import LineDraft
from services.payments.use_cases.settle_debits import settle_debits
from services.payments.use_cases.settle_reversals import settle_reversals
from services.payments.use_cases.settle_transfers import settle_transfers
from services.payments.use_cases.show_lines import TEXT_FIELD, LineText
from shared import outbox
from shared.bulk import insert_rows
from shared.crypto import CustomerCipher, Vault
from shared.db import WriteSession, scope_of
from shared.events.payments import ProviderPaidOut
from shared.ids import derived_id
from shared.rows import rows_of
from shared.waiting import meanwhile


async def write_lines(session: WriteSession, plan: LinePlan, entries: Ledger, vault: Vault) -> None:
    creditor_id, now = scope_of(session).creditor_id, session.info["clock"].now()
    owners = {line.id: _owner(line, plan) or creditor_id for line in plan.lines}
    ciphers = await vault.open_or_create(session, {creditor_id, *owners.values()})
    lines = await meanwhile(
        entries.write(session), partial(_rows, plan, owners, ciphers, creditor_id)
    )
    booking = await meanwhile(
        insert_rows(session, rows_of(BankLine), lines),
        partial(Booking.of, plan.arrivals, plan.verdicts, creditor_id, now),
    )
    # Stored; of a large file they are half a gigabyte that nobody needs any more.
    del lines
    await booking.write(session)
    await settle_debits(session, plan)
    await settle_transfers(session, plan)
    await settle_reversals(session, plan, vault)
    await _learn_accounts(session, plan)
    await _write_payouts(session, plan)


def _rows(
    plan: LinePlan,
    owners: Mapping[UUID, UUID],
    ciphers: Mapping[UUID, CustomerCipher],
    creditor_id: UUID,
) -> list[dict[str, Any]]:
    rows = []
    for line in plan.lines:
        # A forgotten person's key seals nothing: what still has to be handled stays readable.
        owner = creditor_id if ciphers[owners[line.id]].erased else owners[line.id]
        row = _row(line, plan, owner, ciphers) | {"creditor_id": creditor_id}
        rows.append(row)
        if isinstance(line.kind, Return) and line.kind.excess:
            rows.append(_excess(row, line.kind))
    return rows


def _owner(line: PlacedLine, plan: LinePlan) -> UUID | None:
    """The customer a line is about, when it is about one."""
    if isinstance(line.kind, Return):
        return plan.debits[line.kind.debit_id].customer_id
    if isinstance(line.kind, Sent) and len(line.kind.transfer_ids) == 1:
        return plan.transfers[line.kind.transfer_ids[0]].customer_id
    if len(line.arrivals) == 1:
        return plan.verdicts[line.arrivals[0].id].customer_id
    return None


def _row(
    line: PlacedLine, plan: LinePlan, owner: UUID, ciphers: Mapping[UUID, CustomerCipher]
) -> dict[str, Any]:
    draft, kind = line.draft, line.kind
    amount = draft.amount
    returned = kind.debit_id if isinstance(kind, Return) else None
    if isinstance(kind, Return):
        amount -= kind.excess
    return {
        "id": line.id,
        "statement_id": line.statement_id,
        "account_id": line.account_id,
        "entry_id": line.entry_id,
        "entry_index": draft.entry_index,
        "detail_index": draft.detail_index,
        "kind": NAMES[type(kind)],
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "booked_on": draft.booked_on,
        "value_on": draft.value_on,
        "bank_code": draft.bank_code,
        "return_code": draft.return_code,
        "debit_id": returned,
        "sealed_for": owner,
        "text_sealed": ciphers[owner].encrypt(TEXT_FIELD, _text(draft)),
        "iban_index": line.iban_index,
        "iban_ending_index": line.iban_ending_index,
    }


def _excess(row: dict[str, Any], kind: Return) -> dict[str, Any]:
    """What the bank took with a return, as a line of its own."""
    return {
        **row,
        "id": derived_id(row["id"], "excess"),
        "detail_index": -1 - row["detail_index"],
        "kind": "other",
        "amount_minor": kind.excess.minor,
        "debit_id": None,
        "text_sealed": None,
        "iban_index": None,
        "iban_ending_index": None,
    }


def _text(draft: LineDraft) -> str | None:
    return LineText(draft.name, draft.iban, draft.account, draft.texts).sealable()


async def _learn_accounts(session: WriteSession, plan: LinePlan) -> None:
    """The account a debit was really collected from is the customer's from now on; that from which
    a bill was paid by its reference is at least one its money comes from.
    """
    now, creditor_id = session.info["clock"].now(), scope_of(session).creditor_id
    known: dict[tuple[bytes, UUID], str] = {}
    for line in plan.lines:
        if line.iban_index is None:
            continue
        if isinstance(line.kind, Incoming):
            for verdict in (plan.verdicts[arrival.id] for arrival in line.arrivals):
                if verdict.rule == "reference" and verdict.customer_id:
                    known.setdefault((line.iban_index, verdict.customer_id), "payment")
        elif isinstance(line.kind, Collection) and len(line.kind.debit_ids) == 1:
            debit = plan.debits[line.kind.debit_ids[0]]
            known[line.iban_index, debit.customer_id] = "direct_debit"
    await insert_rows(
        session,
        rows_of(KnownIban),
        [
            {
                "creditor_id": creditor_id,
                "iban_index": index,
                "customer_id": customer_id,
                "source": source,
                "first_seen_at": now,
            }
            for (index, customer_id), source in sorted(known.items())
        ],
        on_conflict="DO NOTHING",
    )


async def _write_payouts(session: WriteSession, plan: LinePlan) -> None:
    creditor_id = scope_of(session).creditor_id
    paid_out = [(line, line.kind) for line in plan.lines if isinstance(line.kind, Payout)]
    rows = [
        {
            "id": derived_id(line.id, "payout"),
            "creditor_id": creditor_id,
            "line_id": line.id,
            "provider": payout.provider,
            "reference": payout.reference,
            "amount_minor": line.draft.amount.minor,
            "currency": line.draft.amount.currency,
            "booked_on": line.draft.booked_on,
        }
        for line, payout in paid_out
    ]
    await insert_rows(session, rows_of(ProviderPayout), rows)
    for row, (line, _) in zip(rows, paid_out, strict=True):
        told = ProviderPaidOut(
            payout_id=row["id"], amount=line.draft.amount, booked_on=line.draft.booked_on
        )
        outbox.add(session, told)
