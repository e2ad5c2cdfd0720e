"""A person looked at a held draft: release it or drop it."""

from __future__ import annotations

from uuid import UUID

from services.billing import repository
from services.billing.domain.run import draft_after
from services.billing.models import DraftInvoice
from shared.db import WriteSession


async def decide_draft(
    session: WriteSession, run_id: UUID, draft_id: UUID, trigger: str
) -> DraftInvoice:
    """`trigger` is `release`, `drop` or `hold`. A released draft goes out with the next issue."""
    draft = await repository.lock_draft(session, run_id, draft_id)
    draft.status = draft_after(draft.status, trigger)
    return draft
