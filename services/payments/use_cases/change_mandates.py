"""A mandate's states: suspended by a return, resumed, cancelled, expired when long unused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from services.payments.domain.target_days import MANDATE_UNUSED_MONTHS_MAX, months_before
from services.payments.domain.transitions import MANDATE, after
from services.payments.models import Mandate
from services.payments.repository import parties
from shared import outbox
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.events.payments import MandateChanged
from shared.rows import rows_of


async def change_mandate(
    session: WriteSession, mandate_id: UUID, trigger: str, reason: str | None
) -> Mandate:
    """A clerk's `suspend`, `resume` or `cancel`."""
    mandate = await parties.lock_mandate(session, mandate_id)
    mandate.status = after(MANDATE, "mandate", mandate.status, trigger)
    mandate.reason = reason
    mandate.version += 1
    outbox.add(session, _told(mandate, mandate.status, reason))
    return mandate


async def suspend_mandates(
    session: WriteSession, mandates: Sequence[Mandate], reasons: Mapping[UUID, str]
) -> None:
    """Those a return made unusable; what is suspended or ended already stays as it is."""
    await _change(session, [m for m in mandates if m.status == "active"], "suspend", reasons)


async def expire_mandates(session: WriteSession, today: date, limit: int) -> int:
    """A mandate unused for 36 months lapses (SEPA Core rulebook); returns how many did."""
    before = months_before(today, MANDATE_UNUSED_MONTHS_MAX)
    mandates = await parties.lock_unused_mandates(session, before, limit)
    await _change(session, mandates, "expire", {m.id: "unused_36_months" for m in mandates})
    return len(mandates)


async def cancel_mandates_of(
    session: WriteSession, customer_ids: Collection[UUID], reason: str
) -> None:
    """All that are still alive."""
    mandates = await parties.lock_living_mandates_of(session, customer_ids)
    await _change(session, mandates, "cancel", {mandate.id: reason for mandate in mandates})


async def _change(
    session: WriteSession, mandates: Sequence[Mandate], trigger: str, reasons: Mapping[UUID, str]
) -> None:
    after_status = {m.id: after(MANDATE, "mandate", m.status, trigger) for m in mandates}
    await update_rows(
        session,
        rows_of(Mandate),
        [
            {
                "id": mandate.id,
                "status": after_status[mandate.id],
                "reason": reasons[mandate.id],
                "version": mandate.version + 1,
            }
            for mandate in mandates
        ],
    )
    for mandate in mandates:
        outbox.add(session, _told(mandate, after_status[mandate.id], reasons[mandate.id]))


def _told(mandate: Mandate, status: str, reason: str | None) -> MandateChanged:
    return MandateChanged.model_validate(
        {
            "mandate_id": mandate.id,
            "customer_id": mandate.customer_id,
            "reference": mandate.reference,
            "status": status,
            "reason": reason,
        }
    )
