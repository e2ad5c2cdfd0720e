"""Plan a collection run: which open items are debited, in one batch of one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.payments.domain.debit import plan_run
from services.payments.domain.target_days import collection_day
from services.payments.models import Debit, DebitBatch
from services.payments.repository import debits, parties
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.errors import Conflict
from shared.ids import IdSource, uuid7
from shared.references import is_sepa_creditor_id
from shared.rows import rows_of

CURRENCY = "EUR"


class NothingToCollect(Conflict):
    code = "nothing_to_collect"
    title = "No open item can be collected by direct debit"


@dataclass(frozen=True, slots=True)
class PlanDebits:
    """Collect on the first bank day from `collect_on` what is due by `due_by`."""

    collect_on: date
    due_by: date


async def plan_debits(
    session: WriteSession, command: PlanDebits, *, today: date, ids: IdSource = uuid7
) -> DebitBatch:
    creditor = await parties.creditor(session)
    if creditor.currency != CURRENCY or not is_sepa_creditor_id(creditor.sepa_creditor_id or ""):
        raise Conflict("direct debits need euro and a valid SEPA creditor identifier")
    collect_on = collection_day(command.collect_on, today)
    plan = plan_run(await debits.lock_due_items(session, command.due_by), CURRENCY)
    if not plan.debits:
        raise NothingToCollect(left_out=plan.left_out)
    creditor_id = scope_of(session).creditor_id
    batch = DebitBatch(
        id=ids(),
        creditor_id=creditor_id,
        version=1,
        status="planned",
        due_by=command.due_by,
        collect_on=collect_on,
        currency=CURRENCY,
        left_out=plan.left_out,
        created_at=session.info["clock"].now(),
        released_at=None,
    )
    session.add(batch)
    await session.flush()
    rows = [
        {
            "id": ids(),
            "creditor_id": creditor_id,
            "batch_id": batch.id,
            "mandate_id": due.mandate_id,
            "invoice_id": due.invoice_id,
            "customer_id": due.customer_id,
            "status": "planned",
            "amount_minor": due.available.minor,
            "currency": due.available.currency,
            "collect_on": collect_on,
            "return_code": None,
            "returned_on": None,
        }
        for due in plan.debits
    ]
    await insert_rows(session, rows_of(Debit), rows)
    return batch
