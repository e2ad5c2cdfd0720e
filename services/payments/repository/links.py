"""Payment links, what they stand for, and what a creditor allows on their pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import (
    CollectionCase,
    Customer,
    Hold,
    OpenItem,
    PageSettings,
    PaymentLink,
)
from services.payments.repository.locking import locked
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging


async def link(session: AsyncSession, link_id: UUID) -> PaymentLink | None:
    return await session.get(PaymentLink, link_id)


async def lock_link(session: WriteSession, link_id: UUID) -> PaymentLink:
    query = locked(select(PaymentLink).where(PaymentLink.id == link_id))
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound("no payment link with this id")
    return found


async def payment_links(
    session: AsyncSession,
    paging: Paging,
    *,
    is_revoked: bool | None = None,
    **equal: Any,
) -> Sequence[PaymentLink]:
    """One page; `equal` are columns and the values asked for (None: any)."""
    query = select(PaymentLink).order_by(PaymentLink.id).limit(paging.limit + 1)
    for column, value in equal.items():
        if value is not None:
            query = query.where(getattr(PaymentLink, column) == value)
    if is_revoked is not None:
        query = query.where(PaymentLink.revoked_at.is_not(None) == is_revoked)
    if paging.after:
        query = query.where(PaymentLink.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def customer_of(session: AsyncSession, kind: str, subject_id: UUID) -> UUID | None:
    """Whose invoice, balance, arrangement or case this is; None when it is not known here."""
    queries: dict[str, Select[UUID]] = {
        "invoice": select(OpenItem.customer_id).where(
            OpenItem.id == subject_id, OpenItem.number.is_not(None)
        ),
        "balance": select(Customer.id).where(Customer.id == subject_id, ~Customer.erased),
        "instalment": select(Hold.customer_id).where(
            Hold.id == subject_id, Hold.kind == "arrangement", Hold.active
        ),
        "case": select(CollectionCase.customer_id).where(CollectionCase.id == subject_id),
    }
    return (await session.scalars(queries[kind])).one_or_none()


async def arrangement(session: AsyncSession, arrangement_id: UUID) -> Hold:
    found = await session.get(Hold, arrangement_id)
    if found is None:
        raise NotFound("no arrangement with this id")
    return found


async def case_number(session: AsyncSession, case_id: UUID) -> str | None:
    query = select(CollectionCase.number).where(CollectionCase.id == case_id)
    return await session.scalar(query)


async def holds_of(session: AsyncSession, customer_id: UUID) -> Sequence[Hold]:
    """Disputes and arrangements of a customer that are going on."""
    query = select(Hold).where(Hold.customer_id == customer_id, Hold.active).order_by(Hold.id)
    return (await session.scalars(query)).all()


async def page_settings(session: AsyncSession) -> PageSettings | None:
    """None while the creditor has set nothing: payers pay in full."""
    return (await session.scalars(select(PageSettings))).one_or_none()


async def lock_page_settings(session: WriteSession) -> PageSettings | None:
    return (await session.scalars(locked(select(PageSettings)))).one_or_none()
