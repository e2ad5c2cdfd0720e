"""What matching asks for, by keys: one statement per kind of key for a whole file, never a scan.

Nothing is locked here: what a decision takes is locked after it, and looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.matching import Item, Plan, Settings
from services.payments.models import Customer, Hold, Mandate, MatchSettings, OpenItem
from services.payments.repository.locking import locked
from services.payments.repository.matching import ITEM, UNSETTLED_OF_ITEM, item_in
from services.payments.repository.parties import TEXTS, UUIDS
from shared.db import WriteSession

# The law's order is asked over all that a customer owes; nobody owes more bills than this.
_OPEN_MOST = 100
_NUMBERS_SEEN = 50
_ITEMS = select(*ITEM, UNSETTLED_OF_ITEM)
_BY_NAME = text(
    "SELECT keys.key, found.id FROM unnest(:keys) AS keys(key) CROSS JOIN LATERAL"
    " (SELECT id FROM customers WHERE name_keys ? keys.key AND NOT erased LIMIT :most) AS found"
).bindparams(bindparam("keys", type_=ARRAY(Text)))
_BY_NAME_AND_AMOUNT = text(
    "SELECT found.id FROM unnest(:keys, :amounts) AS keys(key, amount) CROSS JOIN LATERAL"
    " (SELECT customers.id FROM customers JOIN open_items ON open_items.customer_id = customers.id"
    " AND open_items.status = 'open' AND open_items.open_minor = keys.amount"
    " WHERE name_keys ? keys.key AND NOT erased LIMIT :most) AS found"
).bindparams(bindparam("keys", type_=ARRAY(Text)), bindparam("amounts", type_=ARRAY(BigInteger)))


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """Version 0 are the defaults: nothing was stored yet."""

    version: int
    settings: Settings


async def stored_settings(session: AsyncSession, jurisdiction: str = "NL") -> StoredSettings:
    row = (await session.scalars(select(MatchSettings))).one_or_none()
    return _settings(row, jurisdiction)


async def lock_settings(session: WriteSession) -> StoredSettings:
    row = (await session.scalars(locked(select(MatchSettings)))).one_or_none()
    return _settings(row, "NL")


def _settings(row: MatchSettings | None, jurisdiction: str) -> StoredSettings:
    if row is None:
        return StoredSettings(0, Settings(jurisdiction=jurisdiction))
    settings = Settings(
        post_at=row.post_at,
        tie_margin=row.tie_margin,
        tolerance_minor=row.tolerance_minor,
        fill_by_law=row.fill_by_law,
        jurisdiction=jurisdiction,
    )
    return StoredSettings(row.version, settings)


async def items_named(
    session: AsyncSession,
    *,
    ids: Collection[UUID] = (),
    references: Collection[str] = (),
    numbers: Collection[str] = (),
) -> list[Item]:
    """Open and closed: what was paid already is named too."""
    conditions: list[ColumnElement[bool]] = []
    if ids:
        conditions.append(OpenItem.id == any_(literal(list(ids), UUIDS)))
    if references:
        wanted = any_(literal(list(references), TEXTS))
        conditions += [OpenItem.rf_reference == wanted, OpenItem.payment_reference == wanted]
    if numbers:
        conditions.append(OpenItem.number_key == any_(literal(list(numbers), TEXTS)))
    if not conditions:
        return []
    return await _items(session, _ITEMS.where(or_(*conditions)))


async def items_owed(session: AsyncSession, customer_ids: Collection[UUID]) -> list[Item]:
    """What these customers owe, the oldest of each first and not without end."""
    if not customer_ids:
        return []
    place = func.row_number().over(
        partition_by=OpenItem.customer_id, order_by=(OpenItem.due_on, OpenItem.id)
    )
    owed = (
        select(OpenItem.id, place.label("place"))
        .where(
            OpenItem.customer_id == any_(literal(list(customer_ids), UUIDS)),
            OpenItem.status == "open",
        )
        .subquery()
    )
    query = _ITEMS.join(owed, owed.c.id == OpenItem.id).where(owed.c.place <= _OPEN_MOST)
    return await _items(session, query)


async def _items(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[Item]:
    return [item_in(row[:-1], int(row[-1])) for row in await session.execute(query)]


async def number_lengths(session: AsyncSession) -> set[int]:
    """How long this creditor's invoice numbers are, by the newest of them."""
    newest = (
        select(OpenItem.number_key)
        .where(OpenItem.number_key.is_not(None))
        .order_by(OpenItem.first_seen_at.desc())
        .limit(_NUMBERS_SEEN)
    )
    return {len(number) for number in await session.scalars(newest) if number}


async def customers_numbered(session: AsyncSession, numbers: Collection[str]) -> set[UUID]:
    if not numbers:
        return set()
    wanted = Customer.number_key == any_(literal(list(numbers), TEXTS))
    return set(await session.scalars(select(Customer.id).where(wanted, ~Customer.erased)))


async def customers_named(
    session: AsyncSession, keys: Collection[str], most: int
) -> Mapping[str, set[UUID]]:
    """By hashed name key up to `most` + 1 customers: more tells that the name is too common."""
    found: dict[str, set[UUID]] = {}
    if keys:
        rows = await session.execute(_BY_NAME, {"keys": sorted(keys), "most": most + 1})
        for key, customer_id in rows:
            found.setdefault(key, set()).add(customer_id)
    return found


async def customers_named_owing(
    session: AsyncSession, pairs: Sequence[tuple[str, int]], most: int
) -> set[UUID]:
    """Customers by hashed name key and the open amount of a bill (minor units)."""
    if not pairs:
        return set()
    keys, amounts = zip(*pairs, strict=True)
    asked = {"keys": list(keys), "amounts": list(amounts), "most": most + 1}
    return set((await session.scalars(_BY_NAME_AND_AMOUNT, asked)).all())


async def mandate_customers(session: AsyncSession, references: Collection[str]) -> dict[str, UUID]:
    """Whose mandates these are, by reference; those that ended too, for the money is theirs."""
    if not references:
        return {}
    rows = await session.execute(
        select(Mandate.reference, Mandate.customer_id).where(
            Mandate.reference == any_(literal(list(references), TEXTS))
        )
    )
    return {row.reference: row.customer_id for row in rows}


async def plans(session: AsyncSession, customer_ids: Collection[UUID]) -> list[Plan]:
    """The arrangements in force of these customers."""
    if not customer_ids:
        return []
    rows = await session.scalars(
        select(Hold).where(
            Hold.customer_id == any_(literal(list(customer_ids), UUIDS)),
            Hold.active,
            Hold.kind == "arrangement",
        )
    )
    return [
        Plan(
            customer_id=row.customer_id,
            item_ids=tuple(UUID(invoice_id) for invoice_id in row.invoice_ids),
            instalments_minor=tuple(item["amount_minor"] for item in row.instalments),
        )
        for row in rows
    ]
