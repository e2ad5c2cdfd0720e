"""A new version of a tariff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.billing import repository
from services.billing.domain.pricing import Component
from services.billing.models import Tariff
from shared.clock import Clock
from shared.db import WriteSession, scope_of
from shared.errors import Conflict
from shared.ids import uuid7


async def add_tariff(
    session: WriteSession,
    code: str,
    valid_from: date,
    name: str,
    components: Sequence[Component],
    *,
    clock: Clock,
) -> Tariff:
    """One that exists is never changed, since bills were made from it."""
    known = (await repository.tariff_versions(session)).get(code, [])
    if any(version.valid_from == valid_from for version in known):
        raise Conflict("there is a version of this tariff from that date")
    tariff = Tariff(
        id=uuid7(),
        creditor_id=scope_of(session).creditor_id,
        code=code,
        valid_from=valid_from,
        name=name,
        components=[component.model_dump(mode="json") for component in components],
        created_at=clock.now(),
    )
    session.add(tariff)
    return tariff
