"""A mandate's life: used, suspended by a return, resumed, cancelled, expired when long unused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from services.payments.domain.debit import ENDING_SEQUENCES
from services.payments.domain.target_days import MANDATE_UNUSED_MONTHS_MAX, months_before
from services.payments.domain.transitions import MANDATE, after
from services.payments.models import Debit, DebitBatch, Mandate
from services.payments.repository import parties
from services.payments.use_cases.debit_orders import Going
from shared import outbox
from shared.bulk import update_rows
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict
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
    tell_changed(session, mandate, reason)
    return mandate


def tell_changed(session: WriteSession, mandate: Mandate, reason: str | None = None) -> None:
    outbox.add(session, _told(mandate, mandate.status, reason))


async def finish_mandate(session: WriteSession, mandate_id: UUID) -> Mandate:
    """The next collection is the last one (FNAL)."""
    mandate = await parties.lock_mandate(session, mandate_id)
    if mandate.status != "active" or mandate.is_one_off:
        raise Conflict("only an active recurrent mandate has a last collection")
    mandate.is_final = True
    mandate.version += 1
    return mandate


async def use_mandates(
    session: WriteSession,
    mandates: Mapping[UUID, Mandate],
    going: Iterable[Going],
    *,
    batch: DebitBatch,
    vault: Vault,
) -> None:
    """Note that mandates were used, and what the bank is told of them by it.

    A mandate lapses when it was not used for long. A one-off mandate is used once the bank booked
    its collection.
    """
    used = {one.debit.mandate_id: one for one in going}
    ciphers = await vault.open(session, {one.debit.customer_id for one in used.values()})
    creditor_id = (batch.collected_by or {})["creditor_id"]
    rows = [
        {
            "id": mandate_id,
            "last_used_on": _used_on(mandates[mandate_id], batch.collect_on),
            "told_reference": one.order.mandate_reference,
            "told_iban_sealed": ciphers[one.debit.customer_id].encrypt("told_iban", one.order.iban),
            "told_creditor_id": creditor_id,
        }
        for mandate_id, one in used.items()
    ]
    await update_rows(session, rows_of(Mandate), rows)


def _used_on(mandate: Mandate, collect_on: date) -> date | None:
    return mandate.last_used_on if mandate.is_one_off else collect_on


async def spend_mandates(session: WriteSession, booked: Iterable[Debit]) -> None:
    """End the mandates whose only or last collection the bank booked, come back or not. What it
    refused, or what was withdrawn in time, leaves its mandate as it was."""
    ending = {d.mandate_id: d for d in booked if d.sequence_type in ENDING_SEQUENCES}
    if not ending:
        return
    locked = await parties.lock_mandates(session, ending)
    living = [mandate for mandate in locked if mandate.status in {"active", "suspended"}]
    rows = [{"id": m.id, "last_used_on": ending[m.id].collect_on} for m in living]
    await update_rows(session, rows_of(Mandate), rows)
    for sequence_type, trigger, reason in (
        ("OOFF", "expire", "one_off_used"),
        ("FNAL", "cancel", "last_collection_made"),
    ):
        ended = [m for m in living if ending[m.id].sequence_type == sequence_type]
        await _change(session, ended, trigger, {mandate.id: reason for mandate in ended})


async def suspend_mandates(
    session: WriteSession, mandates: Sequence[Mandate], reasons: Mapping[UUID, str]
) -> None:
    """Those a return made unusable; what is suspended or ended already stays as it is."""
    await _change(session, [m for m in mandates if m.status == "active"], "suspend", reasons)


async def expire_mandates(session: WriteSession, today: date, limit: int) -> int:
    """A mandate unused for 36 months lapses (SEPA Core rulebook), and so does one that was asked
    for online and not confirmed. Returns how many did."""
    before = months_before(today, MANDATE_UNUSED_MONTHS_MAX)
    mandates = await parties.lock_lapsed_mandates(session, before, today, limit)
    reasons = {
        mandate.id: "not_confirmed" if mandate.status == "pending" else "unused_36_months"
        for mandate in mandates
    }
    await _change(session, mandates, "expire", reasons)
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
