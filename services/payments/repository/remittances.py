"""Senders of bulk sums, their specifications, and the sums that wait for one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, any_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import (
    BankLine,
    OpenItem,
    Payment,
    Remittance,
    RemittancePart,
    RemittanceSender,
    RemittanceStray,
)
from services.payments.repository.locking import locked
from services.payments.repository.parties import BYTES, TEXTS, UUIDS
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging

# Of a specification of any length; the parts behind these come page by page, and strays as those
# before them are placed.
ROWS_SHOWN = 1_000


async def senders(session: AsyncSession) -> Sequence[RemittanceSender]:
    return (await session.scalars(select(RemittanceSender).order_by(RemittanceSender.code))).all()


async def senders_by_id(
    session: AsyncSession, ids: Collection[UUID]
) -> dict[UUID, RemittanceSender]:
    rows = await session.scalars(
        select(RemittanceSender).where(RemittanceSender.id == any_(literal(list(ids), UUIDS)))
    )
    return {row.id: row for row in rows}


async def sender(session: AsyncSession, code: str) -> RemittanceSender:
    found = await lock_sender(session, code)
    if found is None:
        raise NotFound("no sender with this code: register it with PUT /v1/remittance-senders")
    return found


async def lock_sender(session: AsyncSession, code: str) -> RemittanceSender | None:
    query = locked(select(RemittanceSender).where(RemittanceSender.code == code))
    return (await session.scalars(query)).one_or_none()


async def senders_by_iban(
    session: AsyncSession, indexes: Collection[bytes]
) -> dict[bytes, RemittanceSender]:
    if not indexes:
        return {}
    rows = await session.scalars(
        select(RemittanceSender).where(
            RemittanceSender.iban_index == any_(literal(list(indexes), BYTES))
        )
    )
    return {row.iban_index: row for row in rows}


async def known(session: AsyncSession, sha256: bytes) -> Remittance | None:
    """The specification with these bytes, unless it was cancelled."""
    query = select(Remittance).where(Remittance.sha256 == sha256, Remittance.status != "cancelled")
    return (await session.scalars(query)).one_or_none()


async def remittances(
    session: AsyncSession, paging: Paging, *, status: str | None = None
) -> Sequence[Remittance]:
    query = select(Remittance).order_by(Remittance.id).limit(paging.limit + 1)
    if status is not None:
        query = query.where(Remittance.status == status)
    if paging.after:
        query = query.where(Remittance.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def remittance(session: AsyncSession, remittance_id: UUID) -> Remittance:
    found = await session.get(Remittance, remittance_id)
    if found is None:
        raise NotFound("no remittance with this id")
    return found


async def lock_remittance(session: WriteSession, remittance_id: UUID) -> Remittance:
    query = locked(select(Remittance).where(Remittance.id == remittance_id))
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("no remittance with this id")
    return found


async def lock_waiting(session: WriteSession) -> Sequence[Remittance]:
    query = select(Remittance).where(Remittance.status == "waiting").order_by(Remittance.id)
    return (await session.scalars(locked(query))).all()


async def waiting_by_iban(
    session: AsyncSession, indexes: Collection[bytes]
) -> dict[bytes, list[Remittance]]:
    """Specifications that wait for a sum, by the account that is to come from."""
    if not indexes:
        return {}
    rows = await session.execute(
        select(RemittanceSender.iban_index, Remittance)
        .join(RemittanceSender, RemittanceSender.id == Remittance.sender_id)
        .where(
            Remittance.status == "waiting",
            RemittanceSender.iban_index == any_(literal(list(indexes), BYTES)),
        )
        .order_by(Remittance.id)
    )
    found: dict[bytes, list[Remittance]] = {}
    for index, remittance in rows:
        found.setdefault(index, []).append(remittance)
    return found


@dataclass(frozen=True, slots=True)
class SpecifiedPart:
    """What matters of a `RemittancePart`: of hundreds of thousands, no whole rows."""

    line: int
    invoice_id: UUID
    customer_id: UUID
    gross_minor: int
    fee_minor: int
    paid_on: date | None


async def parts(
    session: AsyncSession, remittance_id: UUID, limit: int, after_line: int = 0
) -> list[SpecifiedPart]:
    """Up to `limit` parts behind a line, in the order of their lines."""
    columns = [getattr(RemittancePart, field.name) for field in fields(SpecifiedPart)]
    query = (
        select(*columns)
        .where(RemittancePart.remittance_id == remittance_id, RemittancePart.line > after_line)
        .order_by(RemittancePart.line)
        .limit(limit)
    )
    return [SpecifiedPart(*row) for row in await session.execute(query)]


async def lock_items(session: WriteSession, remittance_ids: Collection[UUID]) -> None:
    """Lock all open items that these specifications are about, in the order of their ids."""
    about = select(RemittancePart.invoice_id).where(
        RemittancePart.remittance_id == any_(literal(list(remittance_ids), UUIDS))
    )
    items = locked(select(OpenItem.id).where(OpenItem.id.in_(about)).order_by(OpenItem.id))
    await session.execute(select(func.count()).select_from(items.subquery()))


async def strays(
    session: AsyncSession, remittance_ids: Collection[UUID]
) -> dict[UUID, list[RemittanceStray]]:
    """By specification, the first rows that nobody has placed yet, in their order."""
    place = func.row_number().over(
        partition_by=RemittanceStray.remittance_id, order_by=RemittanceStray.line
    )
    waiting = (
        select(RemittanceStray.id, place.label("place"))
        .where(
            RemittanceStray.remittance_id == any_(literal(list(remittance_ids), UUIDS)),
            RemittanceStray.part_id.is_(None),
        )
        .subquery()
    )
    query = (
        select(RemittanceStray)
        .join(waiting, waiting.c.id == RemittanceStray.id)
        .where(waiting.c.place <= ROWS_SHOWN)
        .order_by(RemittanceStray.line)
    )
    found: dict[UUID, list[RemittanceStray]] = {}
    for row in await session.scalars(query):
        found.setdefault(row.remittance_id, []).append(row)
    return found


async def strays_of_payments(
    session: AsyncSession, payment_ids: Collection[UUID]
) -> dict[UUID, list[RemittanceStray]]:
    """By payment, the rows nobody has placed yet of the specification it was taken apart by."""
    query = select(Remittance.id, Remittance.payment_id).where(
        Remittance.payment_id == any_(literal(list(payment_ids), UUIDS))
    )
    payments = {row.id: row.payment_id for row in await session.execute(query) if row.payment_id}
    found = await strays(session, payments)
    return {payments[remittance_id]: rows for remittance_id, rows in found.items()}


async def lock_stray(session: WriteSession, remittance_id: UUID, line: int) -> RemittanceStray:
    query = select(RemittanceStray).where(
        RemittanceStray.remittance_id == remittance_id, RemittanceStray.line == line
    )
    found = (await session.scalars(locked(query))).one_or_none()
    if found is None:
        raise NotFound("no row of this specification waits to be placed on this line")
    return found


def _sums() -> Select[Payment, UUID]:
    """Queued bank payments that came from senders' accounts, untouched, with the sender."""
    return (
        select(Payment, RemittanceSender.id)
        .join(BankLine, BankLine.id == Payment.line_id)
        .join(RemittanceSender, RemittanceSender.iban_index == BankLine.iban_index)
        .where(
            # Neither what a clerk took back nor what billing refused is tried again by itself.
            Payment.queue_reason.not_in(("undone", "specification_rest", "specification_unknown")),
            ~Payment.queue_reason.startswith("rejected_"),
            Payment.status == "unallocated",
            Payment.source == "bank",
        )
        .order_by(Payment.id)
    )


async def lock_sums(session: WriteSession) -> list[tuple[Payment, UUID]]:
    query = _sums().with_for_update(of=Payment).execution_options(populate_existing=True)
    return [(row[0], row[1]) for row in await session.execute(query)]


async def waiting_sums(session: AsyncSession, sender_id: UUID) -> Sequence[Payment]:
    return (await session.scalars(_sums().where(RemittanceSender.id == sender_id))).all()


class NamedItem(NamedTuple):
    """An open item that a reference may mean."""

    id: UUID
    customer_id: UUID
    currency: str


async def items_by_reference(
    session: AsyncSession, keys: Collection[str]
) -> dict[str, set[NamedItem]]:
    """Open items by invoice number, betalingskenmerk or RF reference, written bare."""
    wanted = any_(literal(list(keys), TEXTS))
    written = (OpenItem.number_key, OpenItem.payment_reference, OpenItem.rf_reference)
    query = select(OpenItem.id, OpenItem.customer_id, OpenItem.currency, *written).where(
        or_(*(column == wanted for column in written))
    )
    found: dict[str, set[NamedItem]] = {}
    for row in await session.execute(query):
        item = NamedItem(row.id, row.customer_id, row.currency)
        for key in (row.number_key, row.payment_reference, row.rf_reference):
            if key:
                found.setdefault(key, set()).add(item)
    return found
