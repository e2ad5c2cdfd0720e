"""Direct debits: collection runs, their files, and what became of each debit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from services.payments.api.file_answer import file_answer
from services.payments.api.queue_views import Language
from services.payments.config import settings_of
from services.payments.domain.debit import Scheme, our_reference
from services.payments.domain.queue_texts import text_of
from services.payments.domain.return_rules import rules_on
from services.payments.domain.return_texts import ACTIONS, RETURNS
from services.payments.domain.target_days import terms_of
from services.payments.formats.pain008 import Version
from services.payments.models import Debit, DebitBatch
from services.payments.repository import debits as debit_rows
from services.payments.repository import parties
from services.payments.use_cases.plan_debits import PlanDebits, plan_debits
from services.payments.use_cases.release_batch import cancel_batch, release_batch
from services.payments.use_cases.withdraw_debits import WithdrawalCode, withdraw_debits
from services.payments.use_cases.write_debit_file import write_debit_file
from shared.auth import requires
from shared.clock import business_date
from shared.db import WriteSession
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

batches = noun_router("/debit-batches", "debit batches")
debits = noun_router("/debits", "debits")
ROUTERS: tuple[APIRouter, ...] = (batches, debits)


class BatchBody(BaseModel):
    """`due_by` defaults to the day of the collection."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"collect_on": "2026-05-26"}]}
    )

    collect_on: date
    due_by: date | None = None
    scheme: Scheme = "core"


class WithdrawBody(BaseModel):
    """TECH: a technical fault, to be collected anew; DUPL: a double; CUST: the customer's wish."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"code": "TECH"}]})

    code: WithdrawalCode


class Counted(BaseModel):
    debits: int
    amount: Money


class BatchShown(BaseModel):
    """`collect_on` is a bank day; `left_out` counts the due items not collected, by reason."""

    id: UUID
    status: str
    reference: str
    collect_on: date
    due_by: date
    total: Counted
    by_status: dict[str, Counted]
    left_out: dict[str, int]
    scheme: Scheme
    created_at: datetime
    planned_by: str | None
    released_at: datetime | None
    released_by: str | None
    # The bank's own word on the file (pain.002), such as ACCP or RJCT.
    bank_status: str | None


class TermsShown(BaseModel):
    """Last days: of a return by the debtor's bank, of a refund without reason, of one for a debit
    nobody authorised. Null where the scheme (B2B) knows none."""

    return_until: date
    refundable_until: date | None
    unauthorised_until: date | None


class DebitShown(BaseModel):
    id: UUID
    batch_id: UUID
    mandate_id: UUID
    invoice_id: UUID
    customer_id: UUID
    status: str
    end_to_end_id: str
    amount: Money
    collect_on: date
    sequence_type: str | None
    return_code: str | None
    return_text: str | None
    returned_on: date | None
    # What the return asks for, and whether the next run collects it again.
    next_action: str | None
    next_action_text: str | None
    retry: str | None
    terms: TermsShown | None


@batches.post("", status_code=201, dependencies=[requires("payments:write")])
async def plan_batch(request: Request, session: Writing, body: BatchBody) -> BatchShown:
    """Plan a collection run over what is due, has an active mandate and is not in flight."""
    due_by = body.due_by or body.collect_on
    command = PlanDebits(collect_on=body.collect_on, due_by=due_by, scheme=body.scheme)
    batch = await plan_debits(session, command, today=await _today(request, session))
    return await _one(session, batch)


@batches.get("", dependencies=[requires("payments:read")])
async def list_batches(
    session: Reading,
    paging: PageOf,
    status: Literal["planned", "released", "cancelled"] | None = None,
) -> Page[BatchShown]:
    rows = await debit_rows.batches(session, paging, status)
    counts = await debit_rows.counts_by_status(session, [row.id for row in rows])
    return paging.page(rows, lambda row: _shown(row, counts.get(row.id, {})), lambda row: (row.id,))


@batches.get("/{batch_id}", dependencies=[requires("payments:read")])
async def get_batch(session: Reading, batch_id: UUID) -> BatchShown:
    return await _one(session, await debit_rows.batch(session, batch_id))


@batches.post("/{batch_id}/release", dependencies=[requires("payments:approve")])
async def release(request: Request, session: Writing, batch_id: UUID) -> BatchShown:
    """The file may go to the bank: the debits are in flight from now on. Not by who planned it."""
    service: Service = request.app.state.service
    batch = await release_batch(
        session,
        batch_id,
        today=await _today(request, session),
        vault=service.vault,
        xsd_dir=settings_of(service).xsd_dir,
    )
    return await _one(session, batch)


@batches.post("/{batch_id}/cancel", dependencies=[requires("payments:write")])
async def cancel(session: Writing, batch_id: UUID) -> BatchShown:
    """Only before the release; the items are free for another run."""
    return await _one(session, await cancel_batch(session, batch_id))


@batches.post("/{batch_id}/withdraw", dependencies=[requires("payments:approve")])
async def withdraw(
    request: Request, session: Writing, batch_id: UUID, body: WithdrawBody
) -> BatchShown:
    """The bank never got the file, or forgot it as asked: what is in flight of it ends."""
    vault = request.app.state.service.vault
    today = await _today(request, session)
    batch = await withdraw_debits(session, batch_id, body.code, today=today, vault=vault)
    return await _one(session, batch)


@batches.get("/{batch_id}/file", dependencies=[requires("payments:approve")])
async def download(
    request: Request,
    session: Reading,
    batch_id: UUID,
    version: Literal["pain.008.001.02", "pain.008.001.08"] = "pain.008.001.08",
) -> Response:
    """The pain.008 file of a released batch."""
    service: Service = request.app.state.service
    content = await write_debit_file(
        session,
        batch_id,
        version=Version(version),
        vault=service.vault,
        xsd_dir=settings_of(service).xsd_dir,
    )
    return file_answer(batch_id, content)


@debits.get("", dependencies=[requires("payments:read")])
async def list_debits(
    session: Reading,
    paging: PageOf,
    language: Language,
    batch_id: UUID | None = None,
    customer_id: UUID | None = None,
    invoice_id: UUID | None = None,
    status: Literal["planned", "submitted", "collected", "returned", "cancelled"] | None = None,
) -> Page[DebitShown]:
    rows = await debit_rows.debits(
        session,
        paging,
        batch_id=batch_id,
        customer_id=customer_id,
        invoice_id=invoice_id,
        status=status,
    )
    schemes = await debit_rows.schemes(session, {row.batch_id for row in rows})
    return paging.page(
        rows, lambda row: _debit(row, schemes[row.batch_id], language), lambda row: (row.id,)
    )


async def _today(request: Request, session: WriteSession) -> date:
    creditor = await parties.creditor(session)
    return business_date(request.app.state.service.clock.now(), ZoneInfo(creditor.time_zone))


async def _one(session: Reading | Writing, batch: DebitBatch) -> BatchShown:
    counts = await debit_rows.counts_by_status(session, [batch.id])
    return _shown(batch, counts.get(batch.id, {}))


def _shown(batch: DebitBatch, counts: dict[str, tuple[int, int]]) -> BatchShown:
    def counted(count: int, minor: int) -> Counted:
        return Counted(debits=count, amount=Money(minor, batch.currency))

    living = [pair for status, pair in counts.items() if status != "cancelled"]
    return BatchShown(
        id=batch.id,
        status=batch.status,
        reference=our_reference(batch.id),
        collect_on=batch.collect_on,
        due_by=batch.due_by,
        total=counted(sum(count for count, _ in living), sum(minor for _, minor in living)),
        by_status={status: counted(*pair) for status, pair in sorted(counts.items())},
        left_out=batch.left_out,
        scheme="b2b" if batch.scheme == "b2b" else "core",
        created_at=batch.created_at,
        planned_by=batch.planned_by,
        released_at=batch.released_at,
        released_by=batch.released_by,
        bank_status=batch.bank_status,
    )


def _debit(row: Debit, scheme: str, language: str) -> DebitShown:
    rule = None
    if row.return_code is not None and row.returned_on is not None:
        rule = rules_on(row.returned_on).of(row.return_code)
    return DebitShown(
        id=row.id,
        batch_id=row.batch_id,
        mandate_id=row.mandate_id,
        invoice_id=row.invoice_id,
        customer_id=row.customer_id,
        status=row.status,
        end_to_end_id=our_reference(row.id),
        amount=Money(row.amount_minor, row.currency),
        collect_on=row.collect_on,
        sequence_type=row.sequence_type,
        return_code=row.return_code,
        return_text=text_of(row.return_code, RETURNS, language) if row.return_code else None,
        returned_on=row.returned_on,
        next_action=rule.action if rule else None,
        next_action_text=text_of(rule.action, ACTIONS, language) if rule else None,
        retry=rule.retry if rule else None,
        terms=None if row.status == "cancelled" else _terms(row.collect_on, scheme),
    )


def _terms(collect_on: date, scheme: str) -> TermsShown:
    terms = terms_of(collect_on, scheme)
    return TermsShown(
        return_until=terms.return_until,
        refundable_until=terms.refundable_until,
        unauthorised_until=terms.unauthorised_until,
    )
