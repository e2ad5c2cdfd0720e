"""Specifications with what they lack: sums of the same sender that differ, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import Remittance, RemittanceSender, RemittanceStray
from services.payments.repository import matching, remittances
from services.payments.repository.remittances import SpecifiedPart
from shared.crypto import Vault
from shared.money import Money

REFERENCE_FIELD = "stray reference"


@dataclass(frozen=True, slots=True)
class StrayView:
    """A row to be placed; `reference` is what the sender wrote."""

    row: RemittanceStray
    reference: str | None


async def show_strays(
    session: AsyncSession, rows: Sequence[RemittanceStray], *, vault: Vault
) -> list[StrayView]:
    ciphers = await vault.open(session, {row.creditor_id for row in rows})
    return [
        StrayView(row, ciphers[row.creditor_id].decrypt(REFERENCE_FIELD, row.reference_sealed))
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class PartView:
    part: SpecifiedPart
    invoice_number: str | None


async def with_numbers(session: AsyncSession, parts: Sequence[SpecifiedPart]) -> list[PartView]:
    items = await matching.open_items_by_id(session, {part.invoice_id for part in parts})
    return [PartView(part, items[part.invoice_id].number) for part in parts]


@dataclass(frozen=True, slots=True)
class RemittanceView:
    remittance: Remittance
    sender: RemittanceSender
    # The first of each.
    parts: Sequence[PartView]
    strays: Sequence[StrayView]
    # Sums of this sender that wait: payment, amount.
    waiting: Sequence[tuple[UUID, Money]]


async def show_remittance(
    session: AsyncSession, remittance_id: UUID, *, vault: Vault
) -> RemittanceView:
    remittance = await remittances.remittance(session, remittance_id)
    senders = await remittances.senders_by_id(session, [remittance.sender_id])
    parts = await remittances.parts(session, remittance_id, remittances.ROWS_SHOWN)
    strays = (await remittances.strays(session, [remittance_id])).get(remittance_id, [])
    waiting: list[tuple[UUID, Money]] = []
    if remittance.status == "waiting":
        sums = await remittances.waiting_sums(session, remittance.sender_id)
        waiting = [(row.id, Money(row.amount_minor, row.currency)) for row in sums]
    return RemittanceView(
        remittance,
        senders[remittance.sender_id],
        await with_numbers(session, parts),
        await show_strays(session, strays, vault=vault),
        waiting,
    )
