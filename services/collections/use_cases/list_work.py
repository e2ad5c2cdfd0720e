"""The worklist in the order of its urgency, with whom each item is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.domain.figures import unpack
from services.collections.domain.worklist import WorkItem, in_order, priority
from services.collections.models import WorklistItem
from services.collections.repository import claims, looking
from services.collections.repository import worklist as rows
from services.collections.use_cases.name_customers import Named, name_customers
from shared.clock import Clock, business_date
from shared.crypto import Vault
from shared.money import Money

_NOBODY = Named(None, None, None)


@dataclass(frozen=True, slots=True)
class Listed:
    """`sort_key`: its place in the list, for the page after it."""

    row: WorklistItem
    customer: Named
    open_amount: Money
    note: str | None
    sort_key: tuple[Any, ...]


async def list_work(
    session: AsyncSession,
    *,
    vault: Vault,
    clock: Clock,
    kind: str | None,
    assigned_to: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Listed]:
    """What can be done today. The rule of the order is the domain's, so all of it is ranked."""
    creditor = await looking.creditor(session)
    today = business_date(clock.now(), ZoneInfo(creditor.time_zone))
    found = await rows.waiting(session, kind=kind, assigned_to=assigned_to)
    by_id = {row.id: row for row, _, _ in found}
    items = in_order(
        (
            _item(row, Money(int(minor), creditor.currency), flagged)
            for row, minor, flagged in found
        ),
        today,
    )
    seen = tuple(after) if after else None
    page = [item for item in items if seen is None or _key(item, today) > seen][:limit]
    customers = await name_customers(session, {i.customer_id for i in page}, vault=vault)
    return [
        Listed(
            by_id[item.item_id],
            customers.get(item.customer_id, _NOBODY),
            item.open_amount,
            None,
            _key(item, today),
        )
        for item in page
    ]


async def show_work(session: AsyncSession, item_id: UUID, *, vault: Vault) -> Listed:
    """One item, finished or not, with its note."""
    row = await rows.item(session, item_id)
    creditor = await looking.creditor(session)
    open_minor = await claims.open_amounts(session, [row.customer_id])
    customers = await name_customers(session, [row.customer_id], vault=vault)
    ciphers = await vault.open(session, [row.customer_id])
    cipher = ciphers.get(row.customer_id)
    return Listed(
        row=row,
        customer=customers.get(row.customer_id, _NOBODY),
        open_amount=Money(open_minor.get(row.customer_id, 0), creditor.currency),
        note=cipher.decrypt("note", row.note_sealed) if cipher else None,
        sort_key=(),
    )


def _item(row: WorklistItem, open_amount: Money, flagged: bool) -> WorkItem:  # noqa: FBT001
    return WorkItem(
        item_id=row.id,
        customer_id=row.customer_id,
        kind=row.kind,
        reason=unpack(row.reason_code, row.figures),
        created_on=row.created_on,
        open_amount=open_amount,
        due_on=row.due_on,
        not_before=row.not_before,
        is_vulnerable=flagged,
    )


def _key(item: WorkItem, today: date) -> tuple[Any, ...]:
    """As `priority`, in what JSON can carry: a cursor is compared after a round trip."""
    urgency, calm, rank, amount, created_on, _ = priority(item, today)
    return (urgency, calm, rank, amount, created_on.isoformat(), item.item_id.hex)
