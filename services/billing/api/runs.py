"""Billing runs: plan, look at what would go out, release or drop what was held, issue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from services.billing import repository
from services.billing.config import Settings
from services.billing.domain.checks import Limits
from services.billing.models import BillingRun, DraftInvoice
from services.billing.use_cases.cancel_run import cancel_run
from services.billing.use_cases.decide_draft import decide_draft
from services.billing.use_cases.issue_run import start_issuing
from services.billing.use_cases.plan_run import PlanRun, plan_run
from shared.auth import requires
from shared.events.billing import InvoiceLine
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

router = noun_router("/billing-runs", "billing runs")


class RunBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "period_from": "2026-01-01",
                    "period_to": "2026-03-31",
                    "invoice_date": "2026-04-01",
                }
            ]
        },
    )

    period_from: date
    period_to: date
    invoice_date: date
    due_on: date | None = None
    limits: Limits = Limits()


class DraftCount(BaseModel):
    status: str
    count: int
    total: Money


class RunShown(BaseModel):
    id: UUID
    status: str
    period_from: date
    period_to: date
    invoice_date: date
    due_on: date
    chunks: int
    drafts: list[DraftCount]


class DraftShown(BaseModel):
    id: UUID
    contract_id: UUID
    customer_id: UUID
    status: str
    period_from: date
    period_to: date
    net: Money
    vat: Money
    total: Money
    lines: list[InvoiceLine]
    findings: list[dict[str, Any]]


@router.post("", status_code=201, dependencies=[requires("billing:write")])
async def plan_billing_run(request: Request, session: Writing, body: RunBody) -> RunShown:
    """Plan a run; its drafts are priced and checked by the workers, see its `status`."""
    service: Service = request.app.state.service
    assert isinstance(service.settings, Settings)
    command = PlanRun(**dict(body), chunk_size=service.settings.run_chunk_size)
    return await _shown(session, await plan_run(session, command, clock=service.clock))


@router.get("", dependencies=[requires("billing:read")])
async def list_billing_runs(session: Reading, paging: PageOf) -> Page[RunShown]:
    rows = await repository.runs(session, paging)
    currency = (await repository.known_creditor(session)).currency
    counts = await repository.run_counts(session, [row.id for row in rows])
    return paging.page(
        rows, lambda row: _run_shown(row, counts[row.id], currency), lambda row: (row.id,)
    )


@router.get("/{run_id}", dependencies=[requires("billing:read")])
async def get_billing_run(session: Reading, run_id: UUID) -> RunShown:
    return await _shown(session, await repository.run(session, run_id))


@router.get("/{run_id}/drafts", dependencies=[requires("billing:read")])
async def list_drafts(
    session: Reading,
    run_id: UUID,
    paging: PageOf,
    status: Literal["ready", "held", "dropped", "issued"] | None = None,
) -> Page[DraftShown]:
    rows = await repository.drafts(session, run_id, paging, status=status)
    return paging.page(rows, _draft_shown, lambda row: (row.id,))


@router.post("/{run_id}/drafts/{draft_id}/{decision}", dependencies=[requires("billing:write")])
async def decide_on_draft(
    session: Writing,
    run_id: UUID,
    draft_id: UUID,
    decision: Literal["release", "drop", "hold"],
) -> DraftShown:
    """Release a held draft (it goes out with the next issue), drop it, or hold one back."""
    return _draft_shown(await decide_draft(session, run_id, draft_id, decision))


@router.post("/{run_id}/issue", status_code=202, dependencies=[requires("billing:approve")])
async def issue_billing_run(session: Writing, run_id: UUID) -> RunShown:
    """Send out what is ready. A run that was issued may be issued again for released drafts."""
    return await _shown(session, await start_issuing(session, run_id))


@router.post("/{run_id}/cancel", dependencies=[requires("billing:approve")])
async def cancel_billing_run(session: Writing, run_id: UUID) -> RunShown:
    return await _shown(session, await cancel_run(session, run_id))


async def _shown(session: Any, run: BillingRun) -> RunShown:
    currency = (await repository.known_creditor(session)).currency
    counts = await repository.run_counts(session, [run.id])
    return _run_shown(run, counts[run.id], currency)


def _run_shown(run: BillingRun, counts: Sequence[tuple[str, int, int]], currency: str) -> RunShown:
    return RunShown(
        id=run.id,
        status=run.status,
        period_from=run.period_from,
        period_to=run.period_to,
        invoice_date=run.invoice_date,
        due_on=run.due_on,
        chunks=run.chunks,
        drafts=[
            DraftCount(status=status, count=count, total=Money(total, currency))
            for status, count, total in counts
        ],
    )


def _draft_shown(row: DraftInvoice) -> DraftShown:
    return DraftShown(
        id=row.id,
        contract_id=row.contract_id,
        customer_id=row.customer_id,
        status=row.status,
        period_from=row.period_from,
        period_to=row.period_to,
        net=Money(row.net_minor, row.currency),
        vat=Money(row.vat_minor, row.currency),
        total=Money(row.total_minor, row.currency),
        lines=[InvoiceLine.model_validate(line) for line in row.lines],
        findings=row.findings,
    )
