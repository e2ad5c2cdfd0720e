"""Which customers are to be looked at, and the lock that makes looking and acting take turns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import (
    Arrangement,
    BankAccount,
    Case,
    Claim,
    Creditor,
    Customer,
    Debit,
)
from services.collections.repository.ids import among
from shared.db import WriteSession
from shared.errors import NotFound

CASES_ALIVE = ("open", "with_bailiff")


async def creditor(session: AsyncSession) -> Creditor:
    """The creditor of this transaction."""
    found = (await session.scalars(select(Creditor))).one_or_none()
    if found is None:
        raise NotFound("this creditor is not known here yet")
    return found


async def bank_known_until(session: AsyncSession) -> datetime | None:
    """Up to when every account that customers pay to is known; None before any statement."""
    query = select(func.min(BankAccount.known_until)).where(BankAccount.collects)
    return (await session.scalars(query)).one()


async def mark_for_look(
    session: WriteSession, traces: Mapping[UUID, str | None], day: date
) -> None:
    """Note that something changed for those with a case, an arrangement, something overdue, or a
    direct debit to be mended.

    `traces`: by customer, the traceparent of what changed.
    """
    told = (
        func.unnest(literal(list(traces), ARRAY(Uuid)), literal(list(traces.values()), ARRAY(Text)))
        .table_valued(column("id", Uuid), column("trace", Text))
        .render_derived(name="told")
    )
    # Locked in the order of the ids, as everybody locks them.
    found = (
        select(Customer.id, told.c.trace)
        .join(told, told.c.id == Customer.id)
        .where(Customer.look_since.is_(None), _concerns(day))
        .order_by(Customer.id)
        .with_for_update(of=Customer)
        .subquery()
    )
    await session.execute(
        update(Customer)
        .where(Customer.id == found.c.id)
        .values(look_since=session.info["clock"].now(), look_trace=found.c.trace)
        .execution_options(synchronize_session=False)
    )


async def take_marked(session: WriteSession, limit: int) -> dict[UUID, str | None]:
    """Customers whose facts changed, locked, with the trace of what changed first.

    Their marks are gone when this commits.
    """
    query = (
        select(Customer.id, Customer.look_trace)
        .where(Customer.look_since.is_not(None))
        .order_by(Customer.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found: dict[UUID, str | None] = dict((await session.execute(query)).all())
    if found:
        await session.execute(
            update(Customer)
            .where(among(Customer.id, found))
            .values(look_since=None, look_trace=None)
            .execution_options(synchronize_session=False)
        )
    return found


async def oldest_mark(session: AsyncSession) -> datetime | None:
    """Since when the customer that waits longest waits to be looked at."""
    query = select(func.min(Customer.look_since)).where(Customer.look_since.is_not(None))
    return (await session.scalars(query)).one()


async def next_concerned(
    session: AsyncSession, after: UUID | None, day: date, limit: int
) -> Sequence[UUID]:
    """A page of the customers a daily look goes through, in the order of their ids."""
    query = select(Customer.id).where(_concerns(day)).order_by(Customer.id).limit(limit)
    if after is not None:
        query = query.where(Customer.id > after)
    return (await session.scalars(query)).all()


async def lock_customers(
    session: WriteSession, customer_ids: Collection[UUID]
) -> Sequence[Customer]:
    """In the order of their ids, so that two transactions never wait for each other."""
    query = select(Customer).where(among(Customer.id, customer_ids)).order_by(Customer.id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


async def lock_customer(session: WriteSession, customer_id: UUID) -> Customer:
    found = await lock_customers(session, [customer_id])
    if not found:
        raise NotFound("no customer with this id")
    return found[0]


def _concerns(day: date) -> ColumnElement[bool]:
    return or_(
        exists().where(
            Claim.customer_id == Customer.id, Claim.status == "open", Claim.due_on < day
        ),
        exists().where(
            Debit.customer_id == Customer.id,
            Debit.at_fault.is_(True),
            Debit.mended_at.is_(None),
            Claim.id == Debit.claim_id,
            Claim.status == "open",
        ),
        exists().where(Case.customer_id == Customer.id, Case.status.in_(CASES_ALIVE)),
        exists().where(Arrangement.customer_id == Customer.id, Arrangement.status == "active"),
    )
