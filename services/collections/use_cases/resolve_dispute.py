"""Answer a dispute: the customer is told, and what remains owed goes on where it stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.collections.domain import dispute as disputes
from services.collections.domain import hold as holds
from services.collections.domain.transition import transition
from services.collections.models import Claim, Dispute, Hold
from services.collections.repository import agreements, changes, claims, looking
from services.collections.use_cases.look_again import look_again
from services.collections.use_cases.read_accounts import items_of_claims
from services.collections.use_cases.word_messages import total_of
from shared import outbox
from shared.clock import Clock, business_date
from shared.crypto import Vault
from shared.db import WriteSession
from shared.events.collections import ClaimItem, DisputeResolved, MessageRequested
from shared.ids import derived_id

Outcome = Literal["upheld", "rejected", "withdrawn"]
_TRIGGERS: dict[Outcome, str] = {"upheld": "uphold", "rejected": "reject", "withdrawn": "withdraw"}
# Somebody who was wrong gets time to pay before the dunning goes on.
PAY_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ResolveDispute:
    dispute_id: UUID
    outcome: Outcome
    explanation: str | None


async def resolve_dispute(
    session: WriteSession, command: ResolveDispute, *, vault: Vault, clock: Clock
) -> Dispute:
    """One that is upheld keeps holding its invoices until billing's credit note is there."""
    row = await agreements.dispute(session, command.dispute_id)
    await looking.lock_customer(session, row.customer_id)
    await session.refresh(row)
    creditor = await looking.creditor(session)
    now = clock.now()
    today = business_date(now, ZoneInfo(creditor.time_zone))
    trigger = _TRIGGERS[command.outcome]
    row.status = transition(disputes.NOUN, disputes.TRANSITIONS, row.status, trigger)
    row.resolved_on, row.resolved_at = today, now
    ciphers = await vault.open_or_create(session, [row.customer_id])
    cipher = ciphers[row.customer_id]
    row.explanation_sealed = cipher.encrypt("explanation", command.explanation)
    await session.flush()
    await changes.finish_work(session, derived_id(row.id, "work"), command.outcome, now)
    if command.outcome != "upheld":
        session.add(_time_to_pay(row, today))
        await session.flush()
    await look_again(session, [row.customer_id])
    disputed = await claims.claims_of(session, row.claim_ids)
    _tell(session, row, command, disputed, creditor.currency, today)
    return row


def _time_to_pay(row: Dispute, today: date) -> Hold:
    return Hold(
        id=derived_id(row.id, "time_to_pay", row.resolved_at),
        creditor_id=row.creditor_id,
        customer_id=row.customer_id,
        status=holds.INITIAL,
        kind="other",
        claim_ids=list(row.claim_ids),
        until_on=today + PAY_WITHIN,
        placed_on=today,
    )


def _tell(
    session: WriteSession,
    row: Dispute,
    command: ResolveDispute,
    disputed: Sequence[Claim],
    currency: str,
    today: date,
) -> None:
    outcome = command.outcome
    items: tuple[ClaimItem, ...] = tuple(items_of_claims(disputed).values())
    is_owed = outcome != "upheld" and bool(items)
    cause_id = derived_id(row.id, "resolved", outcome)
    outbox.add(
        session,
        DisputeResolved(
            dispute_id=row.id,
            customer_id=row.customer_id,
            invoice_ids=tuple(row.claim_ids),
            outcome=outcome,
        ),
        MessageRequested(
            message_id=derived_id(cause_id, "message"),
            cause_id=cause_id,
            customer_id=row.customer_id,
            template="dispute_resolved",
            requested_on=today,
            items=items,
            total_open=total_of(items if is_owed else (), currency),
            pay_by=today + PAY_WITHIN if is_owed else None,
            note=command.explanation,
            case_number=row.number,
            received_on=row.opened_on,
            outcome=outcome,
        ),
    )
