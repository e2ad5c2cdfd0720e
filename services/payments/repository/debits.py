"""Direct debits and their batches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, any_, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.bank_lines import DebitFacts
from services.payments.domain.batch_sums import FlyingGroup
from services.payments.domain.debit import ENDING_SEQUENCES, Due
from services.payments.models import BankLine, Debit, DebitBatch, Payment
from services.payments.repository.locking import locked
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging
from shared.money import Money

DAYS = ARRAY(Date)
# An item's invoice is disputed, on an arrangement or with a bailiff.
_IS_HELD = """
      EXISTS (
        SELECT 1 FROM holds h WHERE h.customer_id = i.customer_id AND h.active
          AND (h.invoice_ids = '[]'::jsonb OR h.invoice_ids @> to_jsonb(i.id::text))
      )"""
_NOT_IN_FLIGHT = """
      NOT EXISTS (
        SELECT 1 FROM debits d WHERE d.invoice_id = i.id AND d.status IN ('planned', 'submitted')
      )"""
# The only or last collection under a mandate is under way.
_IS_BUSY = f"""
      EXISTS (
        SELECT 1 FROM debits d WHERE d.mandate_id = m.id
          AND d.status = 'submitted' AND d.sequence_type IN {ENDING_SEQUENCES}
      ) OR m.is_one_off AND EXISTS (
        SELECT 1 FROM debits d WHERE d.customer_id = m.customer_id AND d.mandate_id = m.id
          AND d.status = 'planned'
      )"""
_HELD = text(f"SELECT i.id FROM open_items i WHERE i.id = ANY(:ids) AND {_IS_HELD}")
_LOCK_DUE = text(
    f"""
    SELECT i.id FROM open_items i
    WHERE i.status = 'open' AND i.collection = 'direct_debit' AND i.due_on <= :due_by
      AND {_NOT_IN_FLIGHT}
    ORDER BY i.id
    FOR UPDATE
    """
)
_DUE = text(
    f"""
    SELECT i.id, i.customer_id, i.currency, i.issued_on, m.id AS mandate_id, m.scheme,
      coalesce(m.is_one_off, false) AS is_one_off, coalesce(m.is_busy, false) AS is_busy,
      i.open_minor - coalesce((
        SELECT sum(
          (a.amount_minor + coalesce(a.written_off_minor, 0) + coalesce(a.fee_minor, 0))
          * CASE a.status WHEN 'proposed' THEN 1 ELSE -1 END)
        FROM allocations a WHERE a.invoice_id = i.id AND a.status IN ('proposed', 'undoing')
      ), 0) AS available_minor,
      {_IS_HELD} AS is_held,
      coalesce((
        SELECT array_agg(d.return_code ORDER BY d.id) FROM debits d
        WHERE d.invoice_id = i.id AND d.status = 'returned'
      ), '{{}}') AS returned
    FROM open_items i
    LEFT JOIN LATERAL (
      SELECT m.id, m.scheme, m.is_one_off, {_IS_BUSY} AS is_busy FROM mandates m
      WHERE m.customer_id = i.customer_id AND m.status = 'active'
      ORDER BY is_busy, m.signed_on DESC, m.id DESC LIMIT 1
    ) m ON true
    WHERE i.id = ANY(:ids) AND {_NOT_IN_FLIGHT}
    ORDER BY i.id
    """
)


async def lock_due_items(session: WriteSession, due_by: date) -> list[Due]:
    """Open items to be collected by direct debit and not in flight, with what decides on them.

    Asked apart from the lock: a statement that waited for one does not see what came meanwhile.
    """
    locked_ids = list(await session.scalars(_LOCK_DUE, {"due_by": due_by}))
    rows = await session.execute(_DUE, {"ids": locked_ids})
    return [
        Due(
            invoice_id=row.id,
            customer_id=row.customer_id,
            available=Money(max(0, int(row.available_minor)), row.currency),
            mandate_id=row.mandate_id,
            scheme=row.scheme,
            announced_on=row.issued_on,
            is_held=row.is_held,
            returned=tuple(row.returned),
            is_one_off=row.is_one_off,
            is_mandate_busy=row.is_busy,
        )
        for row in rows
    ]


async def busy_mandates(session: AsyncSession, mandate_ids: Collection[UUID]) -> set[UUID]:
    """Those of these whose only or last collection is with the bank at this moment."""
    query = select(Debit.mandate_id).where(
        Debit.mandate_id == any_(literal(list(mandate_ids), UUIDS)),
        Debit.status == "submitted",
        Debit.sequence_type.in_(ENDING_SEQUENCES),
    )
    return set(await session.scalars(query))


async def held(session: AsyncSession, invoice_ids: Collection[UUID]) -> set[UUID]:
    """Which of these are disputed, on an arrangement or with a bailiff at this moment."""
    return set(await session.scalars(_HELD, {"ids": list(invoice_ids)}))


async def debits_in_files(
    session: WriteSession, debit_ids: Collection[UUID], batch_ids: Collection[UUID]
) -> dict[UUID, Debit]:
    """Debits by their own ids, by their batch or by their group in its file, locked."""
    if not debit_ids and not batch_ids:
        return {}
    query = (
        select(Debit)
        .where(
            or_(
                Debit.id == any_(literal(list(debit_ids), UUIDS)),
                Debit.batch_id == any_(literal(list(batch_ids), UUIDS)),
                Debit.group_id == any_(literal(list(batch_ids), UUIDS)),
            )
        )
        .order_by(Debit.id)
    )
    query = locked(query)
    return {row.id: row for row in await session.scalars(query)}


async def groups_in_flight(
    session: AsyncSession, named: Collection[UUID], days: Collection[date]
) -> list[FlyingGroup]:
    """The groups of these files, and of all files collected on these days or on theirs."""
    group_id = func.coalesce(Debit.group_id, Debit.batch_id)
    ids = any_(literal(list(named), UUIDS))
    told = select(Debit.collect_on).where(or_(Debit.group_id == ids, Debit.batch_id == ids))
    files = select(DebitBatch.id).where(
        DebitBatch.status == "released",
        or_(
            DebitBatch.collect_on == any_(literal(list(days), DAYS)),
            DebitBatch.collect_on.in_(told),
        ),
    )
    query = (
        select(
            group_id,
            Debit.batch_id,
            Debit.collect_on,
            Debit.currency,
            func.sum(Debit.amount_minor),
            func.count(),
        )
        .where(Debit.batch_id.in_(files), Debit.status == "submitted")
        .group_by(group_id, Debit.batch_id, Debit.collect_on, Debit.currency)
        .order_by(group_id)
    )
    return [
        FlyingGroup(
            id=found_id,
            file_id=file_id,
            collect_on=collect_on,
            total=Money(int(minor), currency),
            debits=count,
        )
        for found_id, file_id, collect_on, currency, minor, count in await session.execute(query)
    ]


async def with_payment(session: AsyncSession, debit_ids: Collection[UUID]) -> set[UUID]:
    rows = await session.scalars(
        select(Payment.debit_id).where(Payment.debit_id == any_(literal(list(debit_ids), UUIDS)))
    )
    return {debit_id for debit_id in rows if debit_id}


async def come_back(session: AsyncSession, debit_ids: Collection[UUID]) -> set[UUID]:
    """Those that a line of an account took back."""
    rows = await session.scalars(
        select(BankLine.debit_id).where(
            BankLine.debit_id == any_(literal(list(debit_ids), UUIDS)), BankLine.kind == "return"
        )
    )
    return {debit_id for debit_id in rows if debit_id}


async def heard_mandates(session: AsyncSession, mandate_ids: Collection[UUID]) -> set[UUID]:
    """Mandates of which a debit is with the bank, or was: booked, or taken back by a line."""
    taken_back = select(BankLine.id).where(BankLine.debit_id == Debit.id).exists()
    query = select(Debit.mandate_id).where(
        Debit.mandate_id == any_(literal(list(mandate_ids), UUIDS)),
        or_(Debit.status.in_(("submitted", "collected")), taken_back),
    )
    return set(await session.scalars(query))


def facts_of(
    debit: Debit,
    with_payment: Collection[UUID],
    come_back: Collection[UUID],
    lost: Mapping[UUID, int],
) -> DebitFacts:
    """`lost` are minor units that came back in parts: no more than the rest comes back as one."""
    return DebitFacts(
        id=debit.id,
        # Banks book a group (PmtInf) in one sum.
        batch_id=debit.group_id or debit.batch_id,
        status=debit.status,
        amount=Money(debit.amount_minor - lost.get(debit.id, 0), debit.currency),
        has_payment=debit.id in with_payment,
        came_back=debit.id in come_back,
    )


async def lock_batch(session: WriteSession, batch_id: UUID) -> DebitBatch:
    query = locked(select(DebitBatch).where(DebitBatch.id == batch_id))
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("no batch with this id")
    return found


async def batch(session: AsyncSession, batch_id: UUID) -> DebitBatch:
    found = await session.get(DebitBatch, batch_id)
    if found is None:
        raise NotFound("no batch with this id")
    return found


async def schemes(session: AsyncSession, batch_ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await session.execute(
        select(DebitBatch.id, DebitBatch.scheme).where(
            DebitBatch.id == any_(literal(list(batch_ids), UUIDS))
        )
    )
    return {row.id: row.scheme for row in rows}


async def batches(
    session: AsyncSession, paging: Paging, status: str | None = None
) -> Sequence[DebitBatch]:
    query = select(DebitBatch).order_by(DebitBatch.id).limit(paging.limit + 1)
    if status is not None:
        query = query.where(DebitBatch.status == status)
    if paging.after:
        query = query.where(DebitBatch.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def counts_by_status(
    session: AsyncSession, batch_ids: Collection[UUID]
) -> dict[UUID, dict[str, tuple[int, int]]]:
    """Per batch and status: how many debits, and their sum in minor units."""
    rows = await session.execute(
        select(Debit.batch_id, Debit.status, func.count(), func.sum(Debit.amount_minor))
        .where(Debit.batch_id == any_(literal(list(batch_ids), UUIDS)))
        .group_by(Debit.batch_id, Debit.status)
    )
    found: dict[UUID, dict[str, tuple[int, int]]] = {}
    for batch_id, status, count, minor in rows:
        found.setdefault(batch_id, {})[status] = (count, int(minor))
    return found


async def lock_debits_of(session: WriteSession, batch_id: UUID) -> Sequence[Debit]:
    query = locked(select(Debit).where(Debit.batch_id == batch_id).order_by(Debit.id))
    return (await session.scalars(query)).all()


async def debits_of(session: AsyncSession, batch_id: UUID) -> Sequence[Debit]:
    query = select(Debit).where(Debit.batch_id == batch_id).order_by(Debit.id)
    return (await session.scalars(query)).all()


async def debits(session: AsyncSession, paging: Paging, **equal: Any) -> Sequence[Debit]:
    query = select(Debit).order_by(Debit.id).limit(paging.limit + 1)
    for column, value in equal.items():
        if value is not None:
            query = query.where(getattr(Debit, column) == value)
    if paging.after:
        query = query.where(Debit.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def in_flight_for(session: AsyncSession, invoice_ids: Collection[UUID]) -> dict[UUID, Debit]:
    """By invoice: the debit that is about to collect it."""
    rows = await session.scalars(
        select(Debit).where(
            Debit.invoice_id == any_(literal(list(invoice_ids), UUIDS)),
            Debit.status == "submitted",
        )
    )
    return {row.invoice_id: row for row in rows}
