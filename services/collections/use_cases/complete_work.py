"""Finish a piece of work with what came of it; take it, or give it to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.collections.domain import worklist
from services.collections.domain.jurisdiction import jurisdiction
from services.collections.domain.planned_work import MEND
from services.collections.domain.transition import transition
from services.collections.models import Creditor, WorklistItem
from services.collections.repository import cases, claims, debits, looking
from services.collections.repository import worklist as rows
from services.collections.use_cases.look_again import look_again
from services.collections.use_cases.place_hold import PlaceHold, place_hold
from shared.clock import Clock, business_date
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput
from shared.ids import derived_id

Outcome = Literal["reached", "not_reached", "promise", "handled"]
# Somebody who does not answer is called on three days at most.
ATTEMPTS_AT_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteWork:
    """`promised_by`: the day a promise to pay ends; until then nothing more is done."""

    item_id: UUID
    outcome: Outcome
    note: str | None
    promised_by: date | None


async def complete_work(
    session: WriteSession, command: CompleteWork, *, vault: Vault, clock: Clock
) -> WorklistItem:
    item = await lock_with_customer(session, command.item_id)
    if item.kind == "bailiff_handover":
        raise Conflict("a hand-over is approved or rejected, see /worklist/{id}/approve")
    if (command.outcome == "promise") != (command.promised_by is not None):
        raise InvalidInput.field("promised_by", "goes with the outcome `promise`, and only there")
    if item.kind == MEND and command.outcome != "handled":
        raise InvalidInput.field("outcome", "a direct debit that is mended was `handled`")
    creditor = await looking.creditor(session)
    now = clock.now()
    await finish(session, item, command.outcome, command.note, vault=vault, clock=clock)
    if item.kind == MEND and item.subject_id is not None:
        await debits.mend(session, item.subject_id, now)
    if command.outcome == "promise":
        meant = set(await cases.claims_of_step(session, item.subject_id))
        owed = await claims.open_claims(session, item.customer_id)
        hold = PlaceHold(
            customer_id=item.customer_id,
            claim_ids=[claim.id for claim in owed if claim.id in meant] or None,
            until_on=command.promised_by,
            kind="promise",
            reason=command.note,
        )
        await place_hold(session, hold, vault=vault, clock=clock)
    if command.outcome == "not_reached" and item.attempt < ATTEMPTS_AT_MOST:
        today = business_date(now, ZoneInfo(creditor.time_zone))
        session.add(_once_more(item, creditor, today))
    await session.flush()
    await look_again(session, [item.customer_id])
    return item


async def assign_work(
    session: WriteSession, item_id: UUID, assigned_to: str | None
) -> WorklistItem:
    """Give it to somebody; None puts it back on the pile."""
    item = await lock_with_customer(session, item_id)
    if assigned_to is None:
        trigger = "release"
    elif item.status == "taken":
        item.assigned_to = assigned_to
        return item
    else:
        trigger = "take"
    item.status = transition(worklist.NOUN, worklist.TRANSITIONS, item.status, trigger)
    item.assigned_to = assigned_to
    return item


async def lock_with_customer(session: WriteSession, item_id: UUID) -> WorklistItem:
    """The customer first, as everybody locks, then the item as it is now."""
    item = await rows.item(session, item_id)
    await looking.lock_customer(session, item.customer_id)
    return await rows.lock_item(session, item_id)


async def finish(
    session: WriteSession,
    item: WorklistItem,
    outcome: str,
    note: str | None,
    *,
    vault: Vault,
    clock: Clock,
) -> None:
    item.status = transition(worklist.NOUN, worklist.TRANSITIONS, item.status, "finish")
    item.outcome = outcome
    item.finished_at = clock.now()
    item.finished_by = scope_of(session).actor
    if note is not None:
        ciphers = await vault.open_or_create(session, [item.customer_id])
        item.note_sealed = ciphers[item.customer_id].encrypt("note", note)


def _once_more(item: WorklistItem, creditor: Creditor, today: date) -> WorklistItem:
    """The same work again on the next business day."""
    calendar = jurisdiction(creditor.jurisdiction).calendar
    return WorklistItem(
        id=derived_id(item.id, "again"),
        creditor_id=item.creditor_id,
        customer_id=item.customer_id,
        case_id=item.case_id,
        subject_id=item.subject_id,
        kind=item.kind,
        status=worklist.INITIAL,
        reason_code=item.reason_code,
        figures=item.figures,
        created_on=today,
        due_on=item.due_on,
        not_before=calendar.add_business_days(today, 1),
        attempt=item.attempt + 1,
    )
