"""Put a pause on a customer or on some invoices, and lift it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from services.collections.domain import hold as holds
from services.collections.domain.transition import transition
from services.collections.models import Hold
from services.collections.repository import agreements, looking
from services.collections.use_cases.choose_claims import choose_claims
from services.collections.use_cases.look_again import look_again
from shared.clock import Clock, business_date
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import InvalidInput
from shared.ids import IdSource, uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold:
    """`claim_ids` None: everything, also what is billed later. `until_on` None: until lifted."""

    customer_id: UUID
    claim_ids: Sequence[UUID] | None
    until_on: date | None
    kind: str
    reason: str | None


async def place_hold(
    session: WriteSession,
    command: PlaceHold,
    *,
    vault: Vault,
    clock: Clock,
    ids: IdSource = uuid7,
) -> Hold:
    await looking.lock_customer(session, command.customer_id)
    creditor = await looking.creditor(session)
    today = business_date(clock.now(), ZoneInfo(creditor.time_zone))
    if command.until_on is not None and command.until_on < today:
        raise InvalidInput.field("until_on", "lies in the past")
    claim_ids = None
    if command.claim_ids is not None:
        chosen = await choose_claims(session, command.customer_id, command.claim_ids)
        claim_ids = [claim.id for claim in chosen]
    ciphers = await vault.open_or_create(session, [command.customer_id])
    row = Hold(
        id=ids(),
        creditor_id=scope_of(session).creditor_id,
        customer_id=command.customer_id,
        status=holds.INITIAL,
        kind=command.kind,
        claim_ids=claim_ids,
        until_on=command.until_on,
        reason_sealed=ciphers[command.customer_id].encrypt("hold", command.reason),
        placed_on=today,
    )
    session.add(row)
    await session.flush()
    await look_again(session, [command.customer_id])
    return row


async def lift_hold(session: WriteSession, hold_id: UUID) -> Hold:
    row = await agreements.hold(session, hold_id)
    await looking.lock_customer(session, row.customer_id)
    await session.refresh(row)
    row.status = transition(holds.NOUN, holds.TRANSITIONS, row.status, "lift")
    await session.flush()
    await look_again(session, [row.customer_id])
    return row
