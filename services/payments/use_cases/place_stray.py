"""A row of a specification that named no invoice of ours: a person says which it is about."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.remittance import Part, shares_of
from services.payments.models import Remittance, RemittancePart, RemittanceStray
from services.payments.repository import matching, remittances
from services.payments.use_cases.allocate import Placement, allocate, rest_of
from services.payments.use_cases.settle_remittances import rest_reason
from shared.db import WriteSession, scope_of
from shared.errors import Conflict
from shared.ids import uuid7
from shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceStray:
    remittance_id: UUID
    line: int
    invoice_id: UUID


async def place_stray(session: WriteSession, command: PlaceStray) -> Remittance:
    """While the specification waits for its sum the row is one like the others from now on; once it
    was taken apart, the invoice is paid out of what was left of that, the sender's fee included."""
    remittance = await remittances.lock_remittance(session, command.remittance_id)
    if remittance.status == "cancelled":
        raise Conflict("this specification was cancelled", state=remittance.status)
    stray = await remittances.lock_stray(session, remittance.id, command.line)
    if stray.part_id is not None:
        raise Conflict("this row was placed already")
    if remittance.payment_id is not None:
        # Payments before open items, as everybody locks them.
        await matching.lock_payment(session, remittance.payment_id)
    item = await matching.lock_open_item(session, command.invoice_id)
    if item.currency != remittance.currency:
        raise Conflict(f"this invoice is not in {remittance.currency}")
    gross = Money(stray.gross_minor, remittance.currency)
    part = Part(item.id, item.customer_id, gross, Money(stray.fee_minor, remittance.currency))
    await _keep(session, remittance, stray, part)
    if remittance.payment_id is not None:
        await _pay(session, remittance, remittance.payment_id, part)
    remittance.version += 1
    await session.flush()
    return remittance


async def _keep(
    session: WriteSession, remittance: Remittance, stray: RemittanceStray, part: Part
) -> None:
    row = RemittancePart(
        id=uuid7(),
        creditor_id=remittance.creditor_id,
        remittance_id=remittance.id,
        line=stray.line,
        invoice_id=part.invoice_id,
        customer_id=part.customer_id,
        gross_minor=part.gross.minor,
        fee_minor=part.fee.minor,
        paid_on=stray.paid_on,
    )
    session.add(row)
    await session.flush()
    stray.part_id = row.id
    stray.placed_by, stray.placed_at = scope_of(session).actor, session.info["clock"].now()
    await session.flush()


async def _pay(session: WriteSession, remittance: Remittance, payment_id: UUID, part: Part) -> None:
    payment = await matching.lock_payment(session, payment_id)
    (item,) = await matching.lock_candidates(session, ids=[part.invoice_id])
    shares = shares_of([part], {item.id: item.available})
    if not shares:
        raise Conflict("nothing of this invoice is open that the row could pay")
    if sum(share.amount.minor for share in shares) > rest_of(payment).minor:
        raise Conflict("the payment has no such rest any more: look at what became of it")
    reason = rest_reason((await remittances.strays(session, [remittance.id])).get(remittance.id))
    await allocate(session, [Placement(payment, shares, "specification", reason)])
