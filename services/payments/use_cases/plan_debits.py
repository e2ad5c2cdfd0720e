"""Plan a collection run: which open items are debited, in one batch of one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.payments.domain.debit import Due, Run, Scheme, plan_run
from services.payments.domain.sepa_rules import SepaRules
from services.payments.domain.target_days import collection_day
from services.payments.models import Creditor, Debit, DebitBatch
from services.payments.repository import debits, matching, parties
from services.payments.repository.sepa_settings import sepa_rules
from shared import outbox
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput
from shared.events.payments import AnnouncedDebit, DebitAnnounced
from shared.ids import IdSource, derived_id, uuid7
from shared.money import Money
from shared.references import is_sepa_creditor_id
from shared.rows import rows_of

CURRENCY = "EUR"


class NothingToCollect(Conflict):
    code = "nothing_to_collect"
    title = "No open item can be collected by direct debit"


@dataclass(frozen=True, slots=True)
class PlanDebits:
    """Collect on the first bank day from `collect_on` what is due by `due_by`, under one scheme."""

    collect_on: date
    due_by: date
    scheme: Scheme = "core"


async def plan_debits(
    session: WriteSession, command: PlanDebits, *, today: date, ids: IdSource = uuid7
) -> DebitBatch:
    creditor = await parties.creditor(session)
    if creditor.currency != CURRENCY or not is_sepa_creditor_id(creditor.sepa_creditor_id or ""):
        raise Conflict("direct debits need euro and a valid SEPA creditor identifier")
    rules = await sepa_rules(session)
    run = _run(command, rules, today)
    plan = plan_run(await debits.lock_due_items(session, command.due_by), run)
    if not plan.debits:
        raise NothingToCollect(left_out=plan.left_out)
    batch = DebitBatch(
        id=ids(),
        creditor_id=scope_of(session).creditor_id,
        version=1,
        status="planned",
        due_by=command.due_by,
        collect_on=run.collect_on,
        currency=CURRENCY,
        left_out=plan.left_out,
        created_at=session.info["clock"].now(),
        scheme=command.scheme,
        planned_by=scope_of(session).actor,
    )
    session.add(batch)
    await session.flush()
    rows = [_row(due, batch) | {"id": ids()} for due in plan.debits]
    await insert_rows(session, rows_of(Debit), rows)
    if rules.notice == "event":
        await _announce(session, creditor, batch, rows)
    return batch


def _run(command: PlanDebits, rules: SepaRules, today: date) -> Run:
    collect_on = collection_day(command.collect_on, today)
    notice_by = rules.notice_by(collect_on)
    if rules.notice == "event" and today > notice_by:
        message = f"debits are announced {rules.notice_days} days before: by {notice_by}"
        raise InvalidInput.field("collect_on", message)
    return Run(
        currency=CURRENCY,
        scheme=command.scheme,
        collect_on=collect_on,
        notice_by=notice_by if rules.notice == "invoice" else None,
    )


def _row(due: Due, batch: DebitBatch) -> dict[str, Any]:
    return {
        "creditor_id": batch.creditor_id,
        "batch_id": batch.id,
        "mandate_id": due.mandate_id,
        "invoice_id": due.invoice_id,
        "customer_id": due.customer_id,
        "status": "planned",
        "amount_minor": due.available.minor,
        "currency": due.available.currency,
        "collect_on": batch.collect_on,
        "return_code": None,
        "returned_on": None,
    }


async def _announce(
    session: WriteSession, creditor: Creditor, batch: DebitBatch, rows: Sequence[dict[str, Any]]
) -> None:
    """The pre-notification states date, amount, mandate and creditor (Core rulebook, DS-06)."""
    mandates = await parties.mandates_by_id(session, {row["mandate_id"] for row in rows})
    items = await matching.open_items_by_id(session, {row["invoice_id"] for row in rows})
    announced: dict[UUID, list[AnnouncedDebit]] = {}
    for row in rows:
        debit = AnnouncedDebit(
            debit_id=row["id"],
            invoice_id=row["invoice_id"],
            invoice_number=items[row["invoice_id"]].number,
            amount=Money(row["amount_minor"], row["currency"]),
        )
        announced.setdefault(row["mandate_id"], []).append(debit)
    for mandate_id, its in announced.items():
        for debit in its:
            told = DebitAnnounced(
                debit_id=debit.debit_id,
                invoice_id=debit.invoice_id,
                customer_id=mandates[mandate_id].customer_id,
                amount=debit.amount,
                collect_on=batch.collect_on,
                mandate_reference=mandates[mandate_id].reference,
                sepa_creditor_id=creditor.sepa_creditor_id or "",
                scheme="b2b" if batch.scheme == "b2b" else "core",
                announcement_id=derived_id(batch.id, "announcement", mandate_id),
                debits=tuple(its),
            )
            outbox.add(session, told)
