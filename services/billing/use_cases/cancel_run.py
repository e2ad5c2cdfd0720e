"""Cancel a billing run that has not gone out."""

from __future__ import annotations

from uuid import UUID

from services.billing import repository
from services.billing.domain.run import run_after
from services.billing.models import BillingRun
from shared.db import WriteSession


async def cancel_run(session: WriteSession, run_id: UUID) -> BillingRun:
    """Raises `IllegalTransition` once invoices of it were issued."""
    run = await repository.lock_run(session, run_id)
    run.status = run_after(run.status, "cancel")
    return run
