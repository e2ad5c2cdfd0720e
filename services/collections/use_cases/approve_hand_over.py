"""A supervisor decides on handing a case to the bailiff (gerechtsdeurwaarder)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from services.collections.domain import case as cases
from services.collections.domain import step as steps
from services.collections.domain.charges import PlannedCharge, interest_until_handover
from services.collections.domain.decisions import ALLOWED
from services.collections.domain.dossier import Dossier
from services.collections.domain.facts import Receivable
from services.collections.domain.guards import check_customer, check_invoice
from services.collections.domain.jurisdiction import jurisdiction
from services.collections.domain.planned_work import HANDOVER
from services.collections.domain.transition import transition
from services.collections.models import Case, Step, WorklistItem
from services.collections.repository import bailiffs, looking
from services.collections.repository import cases as case_rows
from services.collections.use_cases.complete_work import finish, lock_with_customer
from services.collections.use_cases.gather_dossiers import gather_dossiers
from services.collections.use_cases.impose_charges import charge_imposed, write_charges
from shared import outbox
from shared.clock import Clock, business_date
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict
from shared.events.collections import Bailiff, CaseHandedOver, StepTaken
from shared.money import Money


@dataclass(frozen=True, slots=True)
class DecideHandOver:
    item_id: UUID
    approved: bool
    note: str | None


async def decide_hand_over(
    session: WriteSession,
    command: DecideHandOver,
    *,
    vault: Vault,
    clock: Clock,
) -> WorklistItem:
    """Approved, the guards are asked once more: only what may still be pursued leaves the house.

    Interest until today goes along, so that the bailiff gets the whole claim.
    """
    item = await lock_with_customer(session, command.item_id)
    if item.kind != HANDOVER or item.subject_id is None:
        raise Conflict("only a hand-over is approved or rejected")
    step = await case_rows.step(session, item.subject_id)
    outcome = "approved" if command.approved else "rejected"
    trigger = "approve" if command.approved else "reject"
    step.status = transition(steps.NOUN, steps.TRANSITIONS, step.status, trigger)
    await finish(session, item, outcome, command.note, vault=vault, clock=clock)
    if command.approved:
        await _hand_over(session, step, clock)
    await session.flush()
    return item


async def _hand_over(session: WriteSession, step: Step, clock: Clock) -> None:
    creditor = await looking.creditor(session)
    now = clock.now()
    today = business_date(now, ZoneInfo(creditor.time_zone))
    customer = await looking.lock_customer(session, step.customer_id)
    (dossier,) = await gather_dossiers(session, creditor, [customer], today, now)
    covered = set(await case_rows.claims_of_step(session, step.id))
    pursued = [r for r in _pursued(dossier, today) if r.invoice_id in covered]
    if not pursued:
        raise Conflict("nothing of it may be pursued any more: paid, disputed, arranged or held")
    case = await case_rows.case(session, step.case_id)
    case.status = transition(cases.NOUN, cases.TRANSITIONS, case.status, "hand_over")
    claim_ids = [r.invoice_id for r in pursued]
    charges = interest_until_handover(dossier, claim_ids, step.id, today)
    await write_charges(session, [(case.customer_id, case.id, c) for c in charges], today)
    _tell(session, step, case, pursued, charges, today, await _bailiff(session))


async def _bailiff(session: WriteSession) -> Bailiff | None:
    row = await bailiffs.bailiff(session)
    if row is None:
        return None
    return Bailiff(name=row.name, reference=row.reference, phone=row.phone, url=row.url)


def _pursued(dossier: Dossier, today: date) -> list[Receivable]:
    law = jurisdiction(dossier.facts.jurisdiction)
    if check_customer(dossier.facts, law, today) is not ALLOWED:
        return []
    return [
        receivable
        for receivable in dossier.facts.receivables
        if check_invoice(dossier.facts, receivable, law, today) is ALLOWED
    ]


def _tell(
    session: WriteSession,
    step: Step,
    case: Case,
    pursued: Sequence[Receivable],
    charges: Sequence[PlannedCharge],
    today: date,
    bailiff: Bailiff | None,
) -> None:
    claim_ids = tuple(receivable.invoice_id for receivable in pursued)
    total_minor = sum(receivable.open_minor for receivable in pursued)
    total_minor += sum(charge.amount.minor for charge in charges)
    outbox.add(
        session,
        StepTaken(
            step_id=step.id,
            case_id=case.id,
            customer_id=case.customer_id,
            step=step.code,
            taken_on=today,
            invoice_ids=claim_ids,
            policy=step.policy,
            reason=step.reason_code,
        ),
    )
    outbox.add(session, *(charge_imposed(case.customer_id, case.id, c) for c in charges))
    outbox.add(
        session,
        CaseHandedOver(
            case_id=case.id,
            customer_id=case.customer_id,
            invoice_ids=claim_ids,
            total_open=Money(total_minor, step.currency),
            handed_over_on=today,
            bailiff=bailiff,
        ),
    )
