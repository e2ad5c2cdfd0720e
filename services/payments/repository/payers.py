"""Whose accounts are known, and what clerks taught: who pays for whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    any_,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.payments.domain.transitions import ACTIVE_ALLOCATIONS
from services.payments.models import (
    Allocation,
    BankLine,
    KnownIban,
    Mandate,
    Payment,
    RememberedPayer,
)
from services.payments.repository.parties import BYTES, UUIDS
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.http.pages import Paging
from shared.rows import rows_of

_TAUGHT_AGAIN = (
    "(creditor_id, iban_index, customer_id) DO UPDATE SET payment_id = excluded.payment_id,"
    " taught_by = excluded.taught_by, taught_at = excluded.taught_at, active = true,"
    # What was unlearned begins anew, and one payment teaches once, in however many steps.
    " times = CASE WHEN NOT remembered_payers.active THEN 1"
    " WHEN remembered_payers.payment_id = excluded.payment_id THEN remembered_payers.times"
    " ELSE remembered_payers.times + 1 END"
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


async def unlearn(
    session: WriteSession, iban_index: bytes, payment_id: UUID, customer_ids: Collection[UUID]
) -> None:
    """This payment of the account was not for these customers: what it taught of them was wrong.

    What others taught stays, as long as money from there is still theirs.
    """
    lesson = RememberedPayer
    taught_it = or_(lesson.payment_id == payment_id, lesson.times > 1)
    times = lesson.times - case((taught_it, 1), else_=0)
    await session.execute(
        update(lesson)
        .where(lesson.iban_index == iban_index, lesson.customer_id.in_(customer_ids), lesson.active)
        .values(
            times=func.greatest(times, 1),
            active=and_(times > 0, _paid_for(lesson.iban_index, lesson.customer_id)),
        )
    )


async def forget_accounts(
    session: WriteSession, iban_index: bytes, customer_ids: Collection[UUID]
) -> None:
    """An account known by a bill it paid by reference is known no more when it paid none, unless
    a mandate names it too."""
    has_mandate = select(Mandate.id).where(
        Mandate.iban_index == KnownIban.iban_index, Mandate.customer_id == KnownIban.customer_id
    )
    await session.execute(
        delete(KnownIban).where(
            KnownIban.iban_index == iban_index,
            KnownIban.customer_id.in_(customer_ids),
            KnownIban.source == "payment",
            ~has_mandate.exists(),
            ~_paid_for(KnownIban.iban_index, KnownIban.customer_id, "reference"),
        )
    )


def _paid_for(
    iban_index: InstrumentedAttribute[bytes],
    customer_id: InstrumentedAttribute[UUID],
    *rules: str,
) -> ColumnElement[bool]:
    """Whether money from the account is allocated to the customer now, by one of these rules."""
    query = (
        select(Allocation.id)
        .join(Payment, Payment.id == Allocation.payment_id)
        .join(BankLine, BankLine.id == Payment.line_id)
        .where(
            BankLine.iban_index == iban_index,
            Allocation.customer_id == customer_id,
            Allocation.status.in_(ACTIVE_ALLOCATIONS),
        )
    )
    return (query.where(Allocation.matched_by.in_(rules)) if rules else query).exists()


async def taught(
    session: AsyncSession,
    paging: Paging,
    customer_id: UUID | None = None,
    iban_index: bytes | None = None,
) -> Sequence[RememberedPayer]:
    """What is remembered now, by account and customer."""
    key = tuple_(RememberedPayer.iban_index, RememberedPayer.customer_id)
    query = select(RememberedPayer).where(RememberedPayer.active).order_by(key)
    if customer_id is not None:
        query = query.where(RememberedPayer.customer_id == customer_id)
    if iban_index is not None:
        query = query.where(RememberedPayer.iban_index == iban_index)
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
