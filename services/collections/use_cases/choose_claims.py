"""The invoices a person means: open ones of the customer, or a problem that names each other."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.collections.models import Claim
from services.collections.repository import claims
from shared.db import WriteSession
from shared.errors import InvalidInput, Problem


async def choose_claims(
    session: WriteSession, customer_id: UUID, claim_ids: Sequence[UUID] | None
) -> list[Claim]:
    """All that is open when none are named. Raises InvalidInput."""
    found = {claim.id: claim for claim in await claims.open_claims(session, customer_id)}
    if claim_ids is None:
        claim_ids = list(found)
    problems = [
        Problem(f"invoice_ids.{position}", "not an open invoice of this customer")
        for position, claim_id in enumerate(claim_ids)
        if claim_id not in found
    ]
    if problems:
        raise InvalidInput("some invoices cannot be meant", problems)
    if not claim_ids:
        raise InvalidInput.field("invoice_ids", "this customer has no open invoice")
    chosen = set(claim_ids)
    return [claim for claim in found.values() if claim.id in chosen]
