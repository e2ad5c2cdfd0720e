"""Bank files, statements and lines, and the sums over them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import any_, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import BankLine, BankStatement, StatementFile
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession
from shared.errors import NotFound
from shared.http.pages import Paging

_LOCK_FILE = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1223))")


async def lock_file(session: WriteSession, sha256: bytes) -> StatementFile | None:
    """The file with these bytes, if it was stored; until the commit nobody else may store it."""
    await session.execute(_LOCK_FILE, {"name": sha256.hex()})
    query = select(StatementFile).where(StatementFile.sha256 == sha256)
    return (await session.scalars(query)).one_or_none()


async def file(session: AsyncSession, file_id: UUID) -> StatementFile:
    found = await session.get(StatementFile, file_id)
    if found is None:
        raise NotFound("no bank file with this id")
    return found


# Account, the bank's id and number, closing day, opening balance.
Identity = tuple[UUID, str, str, date, int | None]


async def stored_statements(
    session: AsyncSession, identities: Collection[Identity]
) -> dict[Identity, BankStatement]:
    """Those of these statements that are stored already."""
    if not identities:
        return {}
    identity = tuple_(
        BankStatement.account_id,
        BankStatement.statement_id,
        BankStatement.number,
        BankStatement.closes_on,
    )
    wanted = identity.in_([known[:4] for known in identities])
    rows = await session.scalars(select(BankStatement).where(wanted))
    return {
        (row.account_id, row.statement_id, row.number, row.closes_on, row.opening_minor): row
        for row in rows
    }


async def statements(
    session: AsyncSession, paging: Paging, *, account_id: UUID | None = None
) -> Sequence[BankStatement]:
    query = select(BankStatement).order_by(BankStatement.id).limit(paging.limit + 1)
    if account_id is not None:
        query = query.where(BankStatement.account_id == account_id)
    if paging.after:
        query = query.where(BankStatement.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def lines_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, BankLine]:
    rows = await session.scalars(
        select(BankLine).where(BankLine.id == any_(literal(list(ids), UUIDS)))
    )
    return {row.id: row for row in rows}


async def lines_of(session: AsyncSession, statement_id: UUID, paging: Paging) -> Sequence[BankLine]:
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
