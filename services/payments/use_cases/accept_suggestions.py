"""Accept what the queue proposes for many payments at once, each only as it was shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.desk import CREDIT
from services.payments.domain.matching import Item
from services.payments.domain.suggestions import fill, proof
from services.payments.models import Payment
from services.payments.repository import matching
from services.payments.use_cases.allocate import Placement, allocate, rest_of, write_payments
from services.payments.use_cases.match_by_hand import settle_seals
from services.payments.use_cases.propose import Proposals, propose
from services.payments.use_cases.remember_payers import teach
from shared import audit
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import InvalidInput
from shared.money import Money


@dataclass(frozen=True, slots=True)
class Acceptance:
    """`proof` is what the queue gave with the suggestion: it says what the clerk saw."""

    payment_id: UUID
    proof: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """`refused` tells why, by payment: a code of `REFUSALS`."""

    payments: Sequence[Payment]
    refused: Mapping[UUID, str]


async def accept_suggestions(
    session: WriteSession, wanted: Sequence[Acceptance], *, remember: bool, vault: Vault
) -> Accepted:
    """All that still hold are allocated or credited, the others told; none waits for another."""
    _refuse_twice(wanted)
    payments = await matching.lock_payments(session, [one.payment_id for one in wanted])
    queued = [payment for payment in payments.values() if payment.queue_reason is not None]
    proposals = await propose(session, queued)
    items = {
        item.id: item
        for item in await matching.lock_candidates(session, ids=proposals.invoice_ids())
    }
    placements, credited, refused = _decide(wanted, payments, proposals, items)
    if placements:
        await allocate(session, placements)
    await _credit(session, credited)
    accepted = [placement.payment for placement in placements] + [p for p, _ in credited]
    for payment in accepted:
        audit.record(session, "accept", audit.subject_of("payment", payment.id))
    if remember:
        taught = {p.payment.id: (p.payment, {s.customer_id for s in p.shares}) for p in placements}
        taught |= {payment.id: (payment, {customer_id}) for payment, customer_id in credited}
        await teach(session, taught)
    await settle_seals(session, accepted, vault=vault)
    return Accepted(accepted, refused)


def _refuse_twice(wanted: Sequence[Acceptance]) -> None:
    seen: set[UUID] = set()
    for index, one in enumerate(wanted):
        if one.payment_id in seen:
            raise InvalidInput.field(f"items[{index}].payment_id", "comes twice")
        seen.add(one.payment_id)


def _decide(
    wanted: Sequence[Acceptance],
    payments: Mapping[UUID, Payment],
    proposals: Proposals,
    items: Mapping[UUID, Item],
) -> tuple[list[Placement], list[tuple[Payment, UUID]], dict[UUID, str]]:
    """In the order asked: what an earlier one took is not there for a later one."""
    left: dict[UUID, Money] = {item.id: item.available for item in items.values()}
    placements: list[Placement] = []
    credited: list[tuple[Payment, UUID]] = []
    refused: dict[UUID, str] = {}
    for one in wanted:
        payment = payments.get(one.payment_id)
        if payment is None:
            refused[one.payment_id] = "not_found"
        elif payment.queue_reason is None:
            refused[one.payment_id] = "not_waiting"
        else:
            rest = rest_of(payment)
            seen = [
                suggestion
                for suggestion in proposals.suggestions[payment.id]
                if proof(payment.id, rest, suggestion, left) == one.proof
            ]
            shares = fill(seen[0], items, left, rest) if seen else ()
            if seen and not seen[0].invoice_ids:
                credited.append((payment, seen[0].customer_id))
                continue
            if not shares:
                refused[one.payment_id] = "nothing_open" if seen else "changed"
                continue
            for share in shares:
                left[share.item_id] -= share.amount
            placements.append(Placement(payment, shares, "accepted"))
    return placements, credited, refused


async def _credit(session: WriteSession, credited: Sequence[tuple[Payment, UUID]]) -> None:
    """It is theirs from now on, and waits for what they are billed next."""
    changes = {
        payment.id: (
            payment,
            {
                "version": payment.version + 1,
                "customer_id": customer_id,
                "queue_reason": CREDIT,
                "candidates": [],
            },
        )
        for payment, customer_id in credited
    }
    await write_payments(session, changes)
