"""Contracts, tariffs, readings, and the runs that bill them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, func, literal, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.billing.domain.checks import READING_TOLERANCE, Reading
from services.billing.domain.pricing import Component, TariffVersion
from services.billing.models import (
    BillingRun,
    Contract,
    DraftInvoice,
    MeterReading,
    RunChunk,
    Tariff,
)
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging

UUIDS = ARRAY(Uuid)

# Every contract that runs in the period and was not billed for a day of it, cut into ranges.
_RANGES = text(
    "SELECT min(id::text)::uuid AS first, max(id::text)::uuid AS last FROM ("
    " SELECT c.id, (row_number() OVER (ORDER BY c.id) - 1) / :size AS chunk FROM contracts c"
    " WHERE c.start_on <= :last AND (c.end_on IS NULL OR c.end_on >= :first)"
    " AND NOT EXISTS (SELECT 1 FROM draft_invoices d JOIN billing_runs r ON r.id = d.run_id"
    "  WHERE d.contract_id = c.id AND d.status <> 'dropped' AND r.status <> 'cancelled'"
    "  AND d.period_from <= :last AND d.period_to >= :first)"
    ") AS numbered GROUP BY chunk ORDER BY chunk"
)
_BILLED = text(
    "SELECT d.contract_id FROM draft_invoices d JOIN billing_runs r ON r.id = d.run_id"
    " WHERE d.contract_id = ANY(:ids) AND d.status <> 'dropped' AND r.status <> 'cancelled'"
    " AND d.period_from <= :last AND d.period_to >= :first"
)


async def contract_ranges(
    session: AsyncSession, first: date, last: date, size: int
) -> list[tuple[UUID, UUID]]:
    """First and last contract id of each chunk, `size` contracts to a chunk."""
    rows = await session.execute(_RANGES, {"first": first, "last": last, "size": size})
    return [(row.first, row.last) for row in rows]


async def contracts_between(
    session: AsyncSession, first_id: UUID, last_id: UUID, first: date, last: date
) -> list[Contract]:
    """The contracts of a chunk that are still to be billed for the period."""
    query = select(Contract).where(
        Contract.id.between(first_id, last_id),
        Contract.start_on <= last,
        or_(Contract.end_on.is_(None), Contract.end_on >= first),
    )
    found = (await session.scalars(query.order_by(Contract.id))).all()
    named = {"ids": [contract.id for contract in found], "first": first, "last": last}
    billed = set((await session.scalars(_BILLED.bindparams(), named)).all())
    return [contract for contract in found if contract.id not in billed]


async def contracts_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Contract]:
    query = select(Contract).where(Contract.id == any_(literal(list(ids), UUIDS)))
    return {contract.id: contract for contract in await session.scalars(query)}


async def tariff_versions(session: AsyncSession) -> dict[str, list[TariffVersion]]:
    """All tariffs of the creditor by code."""
    versions: dict[str, list[TariffVersion]] = defaultdict(list)
    for row in await session.scalars(select(Tariff)):
        components = tuple(Component.model_validate(item) for item in row.components)
        versions[row.code].append(TariffVersion(row.valid_from, components))
    return versions


async def readings_of(
    session: AsyncSession, contract_ids: Sequence[UUID], run: BillingRun
) -> dict[UUID, list[Reading]]:
    """The readings of the run's period, and those near its edges."""
    query = select(MeterReading.contract_id, MeterReading.read_on, MeterReading.value_m3).where(
        MeterReading.contract_id == any_(literal(list(contract_ids), UUIDS)),
        MeterReading.read_on >= run.period_from - READING_TOLERANCE,
        MeterReading.read_on <= run.period_to + 2 * READING_TOLERANCE,
    )
    found: dict[UUID, list[Reading]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.contract_id].append(Reading(row.read_on, int(row.value_m3 * 1000)))
    return found


async def run(session: AsyncSession, run_id: UUID) -> BillingRun:
    found = (await session.scalars(select(BillingRun).where(BillingRun.id == run_id))).one_or_none()
    if found is None:
        raise NotFound("no billing run with this id")
    return found


async def runs(session: AsyncSession, paging: Paging) -> Sequence[BillingRun]:
    query = select(BillingRun).order_by(BillingRun.id).limit(paging.limit + 1)
    if paging.after:
        query = query.where(BillingRun.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def lock_run(session: WriteSession, run_id: UUID) -> BillingRun:
    query = select(BillingRun).where(BillingRun.id == run_id).with_for_update()
    found = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound("no billing run with this id")
    return found


async def run_counts(
    session: AsyncSession, run_ids: Collection[UUID]
) -> dict[UUID, list[tuple[str, int, int]]]:
    """By run: status, number and total (minor units) of its drafts."""
    query = (
        select(
            DraftInvoice.run_id,
            DraftInvoice.status,
            func.count(),
            func.sum(DraftInvoice.total_minor),
        )
        .where(DraftInvoice.run_id.in_(run_ids))
        .group_by(DraftInvoice.run_id, DraftInvoice.status)
        .order_by(DraftInvoice.run_id, DraftInvoice.status)
    )
    counts: dict[UUID, list[tuple[str, int, int]]] = {run_id: [] for run_id in run_ids}
    for run_id, status, count, total in await session.execute(query):
        counts[run_id].append((status, count, int(total)))
    return counts


async def chunks(session: AsyncSession, run_id: UUID) -> Sequence[RunChunk]:
    query = select(RunChunk).where(RunChunk.run_id == run_id).order_by(RunChunk.first_contract_id)
    return (await session.scalars(query)).all()


async def mark_chunk(
    session: WriteSession,
    chunk_id: UUID,
    step: Literal["previewed_at", "issued_at"],
    at: datetime,
) -> None:
    await session.execute(update(RunChunk).where(RunChunk.id == chunk_id).values({step: at}))


async def reopen_chunks(session: WriteSession, run_id: UUID) -> None:
    await session.execute(update(RunChunk).where(RunChunk.run_id == run_id).values(issued_at=None))


async def unfinished_chunks(
    session: AsyncSession, run_id: UUID, step: Literal["previewed_at", "issued_at"]
) -> int:
    """How many chunks have still to do `step`; ask with the run locked."""
    query = select(func.count()).where(RunChunk.run_id == run_id, getattr(RunChunk, step).is_(None))
    return (await session.scalars(query)).one()


async def drafts(
    session: AsyncSession, run_id: UUID, paging: Paging, *, status: str | None
) -> Sequence[DraftInvoice]:
    query = select(DraftInvoice).where(DraftInvoice.run_id == run_id).order_by(DraftInvoice.id)
    if status is not None:
        query = query.where(DraftInvoice.status == status)
    if paging.after:
        query = query.where(DraftInvoice.id > UUID(paging.after[0]))
    return (await session.scalars(query.limit(paging.limit + 1))).all()


async def lock_ready_drafts(session: WriteSession, chunk_id: UUID) -> Sequence[DraftInvoice]:
    query = (
        select(DraftInvoice)
        .where(DraftInvoice.chunk_id == chunk_id, DraftInvoice.status == "ready")
        .order_by(DraftInvoice.contract_id)
        .with_for_update()
    )
    return (await session.scalars(query)).all()


async def lock_draft(session: WriteSession, run_id: UUID, draft_id: UUID) -> DraftInvoice:
    query = select(DraftInvoice).where(DraftInvoice.id == draft_id, DraftInvoice.run_id == run_id)
    found = (await session.scalars(query.with_for_update())).one_or_none()
    if found is None:
        raise NotFound("no draft with this id in this run")
    return found
