"""How arrangements stand, running or ended: what came in for each instalment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.domain.arrangement import InstalmentStanding, standing
from services.collections.models import Arrangement
from services.collections.repository import agreements
from services.collections.repository.dossiers import movements_on
from services.collections.use_cases.read_accounts import running
from services.collections.use_cases.read_facts import Bundle


@dataclass(frozen=True, slots=True)
class Followed:
    row: Arrangement
    standing: tuple[InstalmentStanding, ...]


async def follow_arrangements(session: AsyncSession, rows: Sequence[Arrangement]) -> list[Followed]:
    instalments = await agreements.instalments_of(session, [row.id for row in rows])
    movements = await movements_on(session, {claim for row in rows for claim in row.claim_ids})
    bundle = Bundle(movements=list(movements), instalments=list(instalments))
    found = []
    for row in rows:
        arrangement = running(row, bundle)
        found.append(Followed(row, standing(arrangement.instalments, arrangement.received)))
    return found
