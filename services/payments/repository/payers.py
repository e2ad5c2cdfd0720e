"""Whose accounts are known, and what clerks taught: who pays for whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import any_, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import KnownIban, RememberedPayer
from services.payments.repository.parties import BYTES, UUIDS
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.http.pages import Paging
from shared.rows import rows_of

_TAUGHT_AGAIN = (
    "(creditor_id, iban_index, customer_id) DO UPDATE SET payment_id = excluded.payment_id,"
    " taught_by = excluded.taught_by, taught_at = excluded.taught_at,"
    " times = remembered_payers.times + 1, active = true"
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """Money from this account was for this customer: a clerk matched a payment so."""

    iban_index: bytes
    customer_id: UUID
    payment_id: UUID


async def remember(session: WriteSession, lessons: Collection[Lesson]) -> None:
    scope, now = scope_of(session), session.info["clock"].now()
    taught = {(lesson.iban_index, lesson.customer_id): lesson for lesson in lessons}
    await insert_rows(
        session,
        rows_of(RememberedPayer),
        [
            {
                "creditor_id": scope.creditor_id,
                "iban_index": iban_index,
                "customer_id": customer_id,
                "payment_id": taught[iban_index, customer_id].payment_id,
                "taught_by": scope.actor,
                "taught_at": now,
                "times": 1,
                "active": True,
            }
            for iban_index, customer_id in sorted(taught)
        ],
        on_conflict=_TAUGHT_AGAIN,
    )


async def unlearn_from(session: WriteSession, payment_id: UUID) -> None:
    """What this payment taught last was wrong; what others taught before it stays."""
    await session.execute(
        update(RememberedPayer)
        .where(RememberedPayer.payment_id == payment_id, RememberedPayer.active)
        .values(active=RememberedPayer.times > 1, times=func.greatest(RememberedPayer.times - 1, 1))
    )


async def taught(
    session: AsyncSession, paging: Paging, customer_id: UUID | None = None
) -> Sequence[RememberedPayer]:
    """What is remembered now, by account and customer."""
    key = tuple_(RememberedPayer.iban_index, RememberedPayer.customer_id)
    query = select(RememberedPayer).where(RememberedPayer.active).order_by(key)
    if customer_id is not None:
        query = query.where(RememberedPayer.customer_id == customer_id)
    if paging.after:
        query = query.where(key > (bytes.fromhex(paging.after[0]), UUID(paging.after[1])))
    return (await session.scalars(query.limit(paging.limit + 1))).all()


async def forget(session: WriteSession, iban_index: bytes, customer_id: UUID) -> bool:
    """Unlearn it; the row stays to tell who taught it. False when it was not known."""
    forgotten = await session.scalars(
        update(RememberedPayer)
        .where(
            RememberedPayer.iban_index == iban_index,
            RememberedPayer.customer_id == customer_id,
            RememberedPayer.active,
        )
        .values(active=False)
        .returning(RememberedPayer.customer_id)
    )
    return forgotten.one_or_none() is not None


async def remembered(
    session: AsyncSession, indexes: Collection[bytes]
) -> dict[bytes, frozenset[UUID]]:
    """For whom these accounts pay, as taught."""
    if not indexes:
        return {}
    rows = await session.execute(
        select(RememberedPayer.iban_index, func.array_agg(RememberedPayer.customer_id, type_=UUIDS))
        .where(
            RememberedPayer.iban_index == any_(literal(list(indexes), BYTES)),
            RememberedPayer.active,
        )
        .group_by(RememberedPayer.iban_index)
    )
    return {index: frozenset(customer_ids) for index, customer_ids in rows}


async def payers(
    session: AsyncSession, indexes: Collection[bytes]
) -> Mapping[bytes, Mapping[UUID, str]]:
    """Whose accounts these are: by customer how it is known, what clerks taught before all else."""
    if not indexes:
        return {}
    rows = await session.execute(
        select(KnownIban.iban_index, KnownIban.customer_id, KnownIban.source).where(
            KnownIban.iban_index == any_(literal(list(indexes), BYTES))
        )
    )
    found: dict[bytes, dict[UUID, str]] = {}
    for index, customer_id, source in rows:
        found.setdefault(index, {})[customer_id] = source
    for index, customer_ids in (await remembered(session, indexes)).items():
        found.setdefault(index, {}).update(dict.fromkeys(customer_ids, "remembered"))
    return found
