"""Plan a billing run: cut the contracts into chunks that any worker may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.billing import repository
from services.billing.domain.checks import Limits
from services.billing.models import BillingRun, RunChunk
from shared import outbox
from shared.bulk import insert_rows
from shared.clock import Clock
from shared.db import WriteSession, scope_of
from shared.errors import BusinessError, InvalidInput, NotFound
from shared.events.billing import RunChunkPlanned
from shared.ids import IdSource, uuid7
from shared.rows import rows_of


class NothingToBill(BusinessError):
    code = "nothing_to_bill"
    status = 409
    title = "No contract runs in this period, or all were billed for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRun:
    period_from: date
    period_to: date
    invoice_date: date
    # None: the creditor's payment term after the invoice date.
    due_on: date | None
    limits: Limits
    chunk_size: int


async def plan_run(
    session: WriteSession, command: PlanRun, *, clock: Clock, ids: IdSource = uuid7
) -> BillingRun:
    """Contracts that were billed for a day of the period before are left out."""
    if command.period_to < command.period_from:
        raise InvalidInput.field("period_to", "lies before period_from")
    creditor = await repository.creditor(session)
    if creditor is None:
        raise NotFound("the creditor is not registered")
    due_on = command.due_on or command.invoice_date + timedelta(days=creditor.payment_term_days)
    if due_on < command.invoice_date:
        raise InvalidInput.field("due_on", "lies before the invoice date")
    ranges = await repository.contract_ranges(
        session, command.period_from, command.period_to, command.chunk_size
    )
    if not ranges:
        raise NothingToBill()
    run = BillingRun(
        id=ids(),
        creditor_id=scope_of(session).creditor_id,
        version=1,
        status="previewing",
        period_from=command.period_from,
        period_to=command.period_to,
        invoice_date=command.invoice_date,
        due_on=due_on,
        limits=command.limits.model_dump(),
        chunks=len(ranges),
        created_at=clock.now(),
    )
    session.add(run)
    await session.flush()
    await insert_rows(
        session,
        rows_of(RunChunk),
        [
            {
                "id": ids(),
                "creditor_id": run.creditor_id,
                "run_id": run.id,
                "first_contract_id": first,
                "last_contract_id": last,
                "previewed_at": None,
                "issued_at": None,
            }
            for first, last in ranges
        ],
    )
    await send_chunks(session, run.id, "preview")
    return run


async def send_chunks(session: WriteSession, run_id: UUID, step: str) -> None:
    """Hand every chunk of the run to the workers for `step`."""
    for chunk in await repository.chunks(session, run_id):
        outbox.add(
            session,
            RunChunkPlanned.model_validate(
                {
                    "run_id": run_id,
                    "chunk_id": chunk.id,
                    "step": step,
                    "first_contract_id": chunk.first_contract_id,
                    "last_contract_id": chunk.last_contract_id,
                }
            ),
        )
