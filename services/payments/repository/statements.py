"""Bank files, statements and lines, and the sums over them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import any_, func, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.statement_chain import Link
from services.payments.models import BankLine, BankStatement, Payment, StatementFile
from services.payments.repository.locking import locked
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging
from shared.money import Money

_LOCK_TIMEOUT = text("SELECT set_config('lock_timeout', :ms, true)")
_LOCK_IMPORT = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(current_setting('inning.creditor_id'), 1224))"
)
_USUAL_LOCK_TIMEOUT = text("SET LOCAL lock_timeout TO DEFAULT")


async def lock_import(session: WriteSession, wait_s: float) -> None:
    """Until the commit nobody else imports a file of this creditor; waited for up to `wait_s`."""
    await session.execute(_LOCK_TIMEOUT, {"ms": str(max(1, int(wait_s * 1_000)))})
    await session.execute(_LOCK_IMPORT)
    await session.execute(_USUAL_LOCK_TIMEOUT)


async def file_of(session: AsyncSession, sha256: bytes) -> StatementFile | None:
    """The file with these bytes, if it was stored."""
    query = select(StatementFile).where(StatementFile.sha256 == sha256)
    return (await session.scalars(query)).one_or_none()


async def file(session: AsyncSession, file_id: UUID) -> StatementFile:
    found = await session.get(StatementFile, file_id)
    if found is None:
        raise NotFound("no bank file with this id")
    return found


# Account, the bank's id and number, closing day, opening balance.
Identity = tuple[UUID, str, str, date, int | None]


async def stored(session: AsyncSession, identities: Collection[Identity]) -> list[Identity]:
    """Those of these statements that are stored already, of those that count their entries."""
    identity = tuple_(
        BankStatement.account_id,
        BankStatement.statement_id,
        BankStatement.number,
        BankStatement.closes_on,
    )
    wanted = identity.in_([known[:4] for known in identities])
    rows = await session.scalars(
        select(BankStatement).where(wanted, BankStatement.kind == "statement")
    )
    return [
        (row.account_id, row.statement_id, row.number, row.closes_on, row.opening_minor)
        for row in rows
    ]


_LINK = [field.name for field in fields(Link)]


def link_of(row: Mapping[str, Any]) -> Link:
    return Link(**{name: row[name] for name in _LINK})


async def links(session: AsyncSession, account_ids: Collection[UUID] | None = None) -> list[Link]:
    """The statements that count their entries, as a chain, of these accounts or of all."""
    query = select(*(getattr(BankStatement, name) for name in _LINK)).where(
        BankStatement.kind == "statement"
    )
    if account_ids is not None:
        query = query.where(BankStatement.account_id == any_(literal(list(account_ids), UUIDS)))
    return [Link(**row) for row in (await session.execute(query)).mappings()]


async def known_until(session: AsyncSession) -> dict[UUID, datetime]:
    """Per account up to when its bookings are known; single notices tell nothing of the rest."""
    rows = await session.execute(
        select(BankStatement.account_id, func.max(BankStatement.known_until))
        .where(BankStatement.kind != "notice")
        .group_by(BankStatement.account_id)
    )
    found: dict[UUID, datetime] = dict(rows.all())
    return found


async def statements(
    session: AsyncSession,
    paging: Paging,
    *,
    account_id: UUID | None = None,
    kind: str | None = None,
    closes_from: date | None = None,
    closes_to: date | None = None,
) -> Sequence[BankStatement]:
    query = select(BankStatement).order_by(BankStatement.id).limit(paging.limit + 1)
    if account_id is not None:
        query = query.where(BankStatement.account_id == account_id)
    if kind is not None:
        query = query.where(BankStatement.kind == kind)
    if closes_from is not None:
        query = query.where(BankStatement.closes_on >= closes_from)
    if closes_to is not None:
        query = query.where(BankStatement.closes_on <= closes_to)
    if paging.after:
        query = query.where(BankStatement.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def lines_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, BankLine]:
    rows = await session.scalars(
        select(BankLine).where(BankLine.id == any_(literal(list(ids), UUIDS)))
    )
    return {row.id: row for row in rows}


async def lines_of_payments(
    session: AsyncSession, payment_ids: Collection[UUID]
) -> dict[UUID, BankLine]:
    """By payment; one that did not come from a bank has none."""
    rows = await session.execute(
        select(Payment.id, BankLine)
        .join(BankLine, BankLine.id == Payment.line_id)
        .where(Payment.id == any_(literal(list(payment_ids), UUIDS)))
    )
    return {row.id: row.BankLine for row in rows}


async def lock_line(session: WriteSession, line_id: UUID) -> BankLine:
    found = (await lock_lines(session, [line_id])).get(line_id)
    if found is None:
        raise NotFound("no bank line with this id")
    return found


async def lock_lines(session: WriteSession, ids: Collection[UUID]) -> dict[UUID, BankLine]:
    query = select(BankLine).where(BankLine.id == any_(literal(list(ids), UUIDS)))
    return {row.id: row for row in await session.scalars(locked(query.order_by(BankLine.id)))}


async def lines_that_sent(
    session: AsyncSession, amount: Money, since: date, iban_index: bytes | None, limit: int
) -> Sequence[BankLine]:
    """Lines of exactly this money out that are nothing else, booked from then on; those to this
    account come first, then the oldest.
    """
    query = select(BankLine).where(
        BankLine.kind == "other",
        BankLine.amount_minor < 0,
        BankLine.amount_minor == -amount.minor,
        BankLine.currency == amount.currency,
        BankLine.booked_on >= since,
    )
    if iban_index is not None:
        is_elsewhere = func.coalesce(BankLine.iban_index != iban_index, True)
        query = query.order_by(is_elsewhere)
    query = query.order_by(BankLine.booked_on, BankLine.id).limit(limit)
    return (await session.scalars(query)).all()


async def lock_without_ending(session: WriteSession, limit: int) -> Sequence[BankLine]:
    """Lines of a known account whose ending was never indexed."""
    query = select(BankLine).where(
        BankLine.iban_index.is_not(None), BankLine.iban_ending_index.is_(None)
    )
    return (await session.scalars(locked(query.limit(limit), skip_locked=True))).all()


async def lines_of(session: AsyncSession, statement_id: UUID, paging: Paging) -> Sequence[BankLine]:
    if await session.get(BankStatement, statement_id) is None:
        raise NotFound("no statement with this id")
    query = (
        select(BankLine)
        .where(BankLine.statement_id == statement_id)
        .order_by(BankLine.entry_index, BankLine.detail_index)
        .limit(paging.limit + 1)
    )
    if paging.after:
        query = query.where(
            tuple_(BankLine.entry_index, BankLine.detail_index)
            > tuple_(*(literal(int(part)) for part in paging.after))
        )
    return (await session.scalars(query)).all()
