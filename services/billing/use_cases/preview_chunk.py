"""Price one chunk of a run into drafts and check them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.billing import repository
from services.billing.domain.checks import Limits, Reading, findings_of, usage_between
from services.billing.domain.pricing import NoTariff, TariffVersion, price
from services.billing.domain.run import run_after
from services.billing.models import BillingRun, Contract, DraftInvoice
from shared.bulk import insert_rows
from shared.clock import Clock
from shared.db import WriteSession
from shared.events.billing import InvoiceLine, RunChunkPlanned
from shared.ids import uuid7
from shared.money import Money
from shared.rows import rows_of


async def preview_chunk(session: WriteSession, chunk: RunChunkPlanned, *, clock: Clock) -> None:
    """Doing it again gives the same drafts; a chunk of a cancelled run is left alone."""
    run = await repository.run(session, chunk.run_id)
    if run.status != "previewing":
        return
    creditor = await repository.known_creditor(session)
    contracts = await repository.contracts_between(
        session, chunk.first_contract_id, chunk.last_contract_id, run.period_from, run.period_to
    )
    tariffs = await repository.tariff_versions(session)
    readings = await repository.readings_of(session, [c.id for c in contracts], run)
    drafts = [
        draft_of(run, chunk.chunk_id, contract, tariffs, readings, creditor.currency)
        for contract in contracts
    ]
    await insert_rows(session, rows_of(DraftInvoice), drafts, on_conflict="DO NOTHING")
    await repository.mark_chunk(session, chunk.chunk_id, "previewed_at", clock.now())
    run = await repository.lock_run(session, chunk.run_id)
    if run.status == "previewing" and not await repository.unfinished_chunks(
        session, run.id, "previewed_at"
    ):
        run.status = run_after(run.status, "finish_preview")
        run.version += 1


def draft_of(
    run: BillingRun,
    chunk_id: UUID,
    contract: Contract,
    tariffs: Mapping[str, Sequence[TariffVersion]],
    readings: Mapping[UUID, list[Reading]],
    currency: str,
) -> dict[str, Any]:
    """The draft invoice of one contract, as a row."""
    first = max(run.period_from, contract.start_on)
    last = min(run.period_to, contract.end_on or date.max)
    usage = usage_between(readings.get(contract.id, []), first, last)
    extra: tuple[tuple[str, str], ...] = ()
    lines: tuple[InvoiceLine, ...] = ()
    try:
        versions = tariffs.get(contract.tariff_code, ())
        lines = price(versions, first, last, usage.litres, currency)
    except NoTariff as error:
        extra = ((error.code, error.detail),)
    net = Money.total((line.net for line in lines), currency)
    vat = Money.total((line.vat for line in lines), currency)
    limits = Limits.model_validate(run.limits)
    findings = extra + findings_of(usage, net + vat, limits)
    return {
        "id": uuid7(),
        "creditor_id": contract.creditor_id,
        "run_id": run.id,
        "chunk_id": chunk_id,
        "contract_id": contract.id,
        "customer_id": contract.customer_id,
        "status": "held" if findings else "ready",
        "currency": currency,
        "net_minor": net.minor,
        "vat_minor": vat.minor,
        "total_minor": (net + vat).minor,
        "period_from": first,
        "period_to": last,
        "lines": [line.model_dump(mode="json") for line in lines],
        "findings": [{"check": check, "finding": finding} for check, finding in findings],
    }
