"""What banks took back, and the payments it may have been."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import any_, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.reversals import DAYS_MAX, TakenBack, days_before
from services.payments.models import (
    BankEntry,
    BankLine,
    BankReversal,
    BankReversalPart,
    Payment,
    ReversalNote,
)
from services.payments.repository.locking import locked
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession
from shared.errors import NotFound

# Of thousands of payments alike nobody looks at more; what speaks for one comes first.
_ORIGINALS_MAX = 20
# By the bookings of the days before with this amount, by the payer's account, and by the debit.
_ORIGINALS = text(
    """
    WITH wanted AS (
      SELECT * FROM unnest(
        CAST(:ids AS uuid[]), CAST(:accounts AS uuid[]), CAST(:amounts AS bigint[]),
        CAST(:currencies AS text[]), CAST(:days AS date[]), CAST(:debits AS uuid[]),
        CAST(:refs AS bytea[]), CAST(:ibans AS bytea[]), CAST(:endings AS bytea[])
      ) AS w (id, account_id, minor, currency, booked_on, debit_id, reference, iban, ending)
    ), booked AS MATERIALIZED (
      SELECT id, account_id, booked_on, amount_minor FROM bank_entries
      WHERE account_id = ANY(CAST(:accounts AS uuid[])) AND booked_on = ANY(CAST(:dates AS date[]))
        AND amount_minor = ANY(CAST(:amounts AS bigint[]))
    ), sent AS MATERIALIZED (
      SELECT id, account_id, booked_on, amount_minor, iban_index FROM bank_lines
      WHERE iban_ending_index = ANY(CAST(:endings AS bytea[]))
        AND iban_index = ANY(CAST(:ibans AS bytea[]))
        AND amount_minor = ANY(CAST(:amounts AS bigint[]))
    ), found AS (
      SELECT w.id, l.id AS line_id
      FROM wanted w
      JOIN booked e ON e.account_id = w.account_id AND e.amount_minor = w.minor
        AND e.booked_on BETWEEN w.booked_on - CAST(:days_max AS int) AND w.booked_on
      JOIN bank_lines l ON l.entry_id = e.id AND l.amount_minor = w.minor
      UNION
      SELECT w.id, l.id
      FROM wanted w
      JOIN sent l ON l.iban_index = w.iban AND l.account_id = w.account_id
        AND l.amount_minor = w.minor
        AND l.booked_on BETWEEN w.booked_on - CAST(:days_max AS int) AND w.booked_on
    ), payments_found AS (
      SELECT w.id, p.id AS payment_id, p.booked_on, l.id AS line_id,
        coalesce(e.reference = w.reference, false) AS same_bank_reference,
        coalesce(l.iban_index = w.iban, false) AS same_account
      FROM found f
      JOIN wanted w ON w.id = f.id
      JOIN bank_lines l ON l.id = f.line_id
      JOIN payments p ON p.line_id = l.id
      LEFT JOIN bank_entries e ON e.id = l.entry_id
      WHERE w.debit_id IS NULL AND p.amount_minor = w.minor AND p.currency = w.currency
        AND p.status NOT IN ('reversed', 'reclassified')
        AND NOT EXISTS (SELECT FROM bank_reversal_parts t WHERE t.payment_id = p.id)
      UNION ALL
      SELECT w.id, p.id, p.booked_on, NULL, false, false
      FROM wanted w
      JOIN payments p ON p.debit_id = w.debit_id AND p.account_id = w.account_id
      WHERE p.status NOT IN ('reversed', 'reclassified')
    )
    SELECT * FROM (
      SELECT *, row_number() OVER (
        PARTITION BY id
        ORDER BY same_bank_reference DESC, same_account DESC, booked_on DESC, payment_id DESC
      ) AS place
      FROM payments_found
    ) ranked
    WHERE place <= :most
    """
)


@dataclass(frozen=True, slots=True)
class OriginalRow:
    reversal_id: UUID
    payment_id: UUID
    booked_on: date
    line_id: UUID | None
    same_bank_reference: bool
    same_account: bool


async def originals(session: AsyncSession, taken: Sequence[TakenBack]) -> list[OriginalRow]:
    """Payments of exactly these amounts into the same accounts, not gone again; at most 20 each."""
    asked = {
        "ids": [one.id for one in taken],
        "accounts": [one.account_id for one in taken],
        "amounts": [one.minor for one in taken],
        "currencies": [one.currency for one in taken],
        "days": [one.booked_on for one in taken],
        "debits": [one.debit_id for one in taken],
        "refs": [one.reference for one in taken],
        "ibans": [one.iban_index for one in taken],
        "endings": [one.iban_ending_index for one in taken],
        "dates": sorted({day for one in taken for day in days_before(one.booked_on)}),
    }
    rows = await session.execute(
        _ORIGINALS, {**asked, "days_max": DAYS_MAX, "most": _ORIGINALS_MAX}
    )
    return [
        OriginalRow(
            row.id,
            row.payment_id,
            row.booked_on,
            row.line_id,
            row.same_bank_reference,
            row.same_account,
        )
        for row in rows
    ]


async def waiting(
    session: AsyncSession, account_ids: Collection[UUID], since: date
) -> list[tuple[BankReversal, BankLine, bytes | None]]:
    """What of these accounts waits, booked from then on, each with the bank's reference."""
    query = (
        select(BankReversal, BankLine, BankEntry.reference)
        .join(BankLine, BankLine.id == BankReversal.id)
        .outerjoin(BankEntry, BankEntry.id == BankLine.entry_id)
        .where(
            BankReversal.status == "waiting",
            BankReversal.account_id == any_(literal(list(account_ids), UUIDS)),
            BankReversal.booked_on >= since,
        )
        .order_by(BankReversal.id)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def reversal(session: AsyncSession, reversal_id: UUID) -> BankReversal:
    found = await session.get(BankReversal, reversal_id)
    if found is None:
        raise NotFound("no reversal with this id")
    return found


async def lock_reversals(session: WriteSession, ids: Collection[UUID]) -> dict[UUID, BankReversal]:
    query = select(BankReversal).where(BankReversal.id == any_(literal(list(ids), UUIDS)))
    rows = await session.scalars(locked(query.order_by(BankReversal.id)))
    return {row.id: row for row in rows}


async def parts_of(session: AsyncSession, reversal_id: UUID) -> Sequence[BankReversalPart]:
    query = select(BankReversalPart).where(BankReversalPart.reversal_id == reversal_id)
    return (await session.scalars(query.order_by(BankReversalPart.id))).all()


async def taken_of(session: AsyncSession, payment_ids: Collection[UUID]) -> dict[UUID, int]:
    """By payment: what banks took back of it in parts or whole, in minor units."""
    rows = await session.execute(
        select(BankReversalPart.payment_id, func.sum(BankReversalPart.amount_minor))
        .where(BankReversalPart.payment_id == any_(literal(list(payment_ids), UUIDS)))
        .group_by(BankReversalPart.payment_id)
    )
    return {payment_id: int(minor) for payment_id, minor in rows}


async def lost_of_debits(session: AsyncSession, debit_ids: Collection[UUID]) -> dict[UUID, int]:
    """By debit: what banks took back of its payment in parts, in minor units."""
    rows = await session.execute(
        select(Payment.debit_id, func.sum(BankReversalPart.amount_minor))
        .join(Payment, Payment.id == BankReversalPart.payment_id)
        .where(Payment.debit_id == any_(literal(list(debit_ids), UUIDS)))
        .group_by(Payment.debit_id)
    )
    return {debit_id: int(minor) for debit_id, minor in rows if debit_id}


async def parts_gone(session: AsyncSession, currency: str) -> dict[UUID | None, int]:
    """Per account what banks took of payments that did not go back as a whole; minor units."""
    rows = await session.execute(
        select(Payment.account_id, func.sum(BankReversalPart.amount_minor))
        .join(Payment, Payment.id == BankReversalPart.payment_id)
        .where(Payment.status != "reversed", BankReversalPart.currency == currency)
        .group_by(Payment.account_id)
    )
    return {account_id: int(minor) for account_id, minor in rows}


async def notes_of(session: AsyncSession, reversal_id: UUID) -> Sequence[ReversalNote]:
    """In the order they were made."""
    query = select(ReversalNote).where(ReversalNote.reversal_id == reversal_id)
    return (await session.scalars(query.order_by(ReversalNote.id))).all()


async def payments_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Payment]:
    query = select(Payment).where(Payment.id == any_(literal(list(ids), UUIDS)))
    return {row.id: row for row in await session.scalars(query)}


def candidate_ids(rows: Collection[BankReversal]) -> set[UUID]:
    return {UUID(one["payment_id"]) for row in rows for one in row.candidates}


def stored_candidates(candidates: Sequence[Any]) -> list[dict[str, Any]]:
    """As the column keeps them."""
    return [{"payment_id": str(one.payment_id), "facts": list(one.facts)} for one in candidates]
