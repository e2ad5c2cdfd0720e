"""Take a customer's dispute: the disputed invoices are left alone until it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.collections.domain import dispute as disputes
from services.collections.domain import worklist
from services.collections.domain.decisions import Reason
from services.collections.domain.figures import pack
from services.collections.models import Claim, Dispute, WorklistItem
from services.collections.repository import looking
from services.collections.use_cases.choose_claims import choose_claims
from services.collections.use_cases.look_again import look_again
from services.collections.use_cases.number_things import DISPUTE, take_numbers
from services.collections.use_cases.read_accounts import items_of_claims
from services.collections.use_cases.word_messages import total_of
from shared import outbox
from shared.clock import Clock, business_date
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.events.collections import DisputeOpened, MessageRequested
from shared.ids import IdSource, derived_id, uuid7

# What the receipt promises; the customer hears within it, whatever the answer is.
ANSWER_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDispute:
    """`claim_ids` None: all that is open. `text` is the customer's own words."""

    customer_id: UUID
    claim_ids: Sequence[UUID] | None
    reason: str
    text: str | None


async def open_dispute(
    session: WriteSession,
    command: OpenDispute,
    *,
    vault: Vault,
    clock: Clock,
    ids: IdSource = uuid7,
) -> Dispute:
    await looking.lock_customer(session, command.customer_id)
    creditor = await looking.creditor(session)
    today = business_date(clock.now(), ZoneInfo(creditor.time_zone))
    claims = await choose_claims(session, command.customer_id, command.claim_ids)
    ciphers = await vault.open_or_create(session, [command.customer_id])
    (number,) = await take_numbers(session, DISPUTE, today, 1)
    row = Dispute(
        id=ids(),
        creditor_id=scope_of(session).creditor_id,
        customer_id=command.customer_id,
        number=number,
        status=disputes.INITIAL,
        claim_ids=[claim.id for claim in claims],
        reason=command.reason,
        text_sealed=ciphers[command.customer_id].encrypt("dispute", command.text),
        opened_on=today,
    )
    session.add_all([row, _work(row, today)])
    await session.flush()
    await look_again(session, [command.customer_id])
    _tell(session, row, claims, creditor.currency, today)
    return row


def _work(row: Dispute, today: date) -> WorklistItem:
    return WorklistItem(
        id=derived_id(row.id, "work"),
        creditor_id=row.creditor_id,
        customer_id=row.customer_id,
        subject_id=row.id,
        kind="dispute",
        status=worklist.INITIAL,
        reason_code="dispute_opened",
        figures=pack(Reason("dispute_opened", (("number", row.number),))),
        created_on=today,
        due_on=today + ANSWER_WITHIN,
    )


def _tell(
    session: WriteSession, row: Dispute, claims: Sequence[Claim], currency: str, today: date
) -> None:
    items = tuple(items_of_claims(claims).values())
    cause_id = derived_id(row.id, "received")
    outbox.add(
        session,
        DisputeOpened(
            dispute_id=row.id,
            customer_id=row.customer_id,
            invoice_ids=tuple(row.claim_ids),
            reason=row.reason,
        ),
        MessageRequested(
            message_id=derived_id(cause_id, "message"),
            cause_id=cause_id,
            customer_id=row.customer_id,
            template="dispute_received",
            requested_on=today,
            items=items,
            total_open=total_of(items, currency),
            case_number=row.number,
            received_on=row.opened_on,
            answer_by=today + ANSWER_WITHIN,
        ),
    )
