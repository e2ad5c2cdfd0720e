"""Files of banks' servers that were fetched: by name, size and time of change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import FetchedFile
from services.payments.repository.parties import TEXTS
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.ids import uuid7
from shared.rows import rows_of


class Version(NamedTuple):
    """A file as a server shows it; a changed one is another."""

    name: str
    size_bytes: int
    modified_at: datetime


async def versions(
    session: AsyncSession, source: str, there: Collection[Version]
) -> dict[Version, str]:
    """Those of these files that were fetched, with what became of them."""
    query = select(
        FetchedFile.name, FetchedFile.size_bytes, FetchedFile.modified_at, FetchedFile.outcome
    ).where(
        FetchedFile.source == source,
        FetchedFile.name == any_(literal([version.name for version in there], TEXTS)),
    )
    rows = await session.execute(query)
    found = {Version(name, size, at): outcome for name, size, at, outcome in rows}
    return {version: found[version] for version in there if version in found}


async def note(
    session: WriteSession,
    source: str,
    version: Version,
    *,
    outcome: str,
    sha256: bytes | None,
    problem: dict[str, Any] | None,
) -> None:
    row = {
        "id": uuid7(),
        "creditor_id": scope_of(session).creditor_id,
        "source": source,
        **version._asdict(),
        "sha256": sha256,
        "fetched_at": session.info["clock"].now(),
        "outcome": outcome,
        "problem": problem,
    }
    await insert_rows(session, rows_of(FetchedFile), [row], on_conflict="DO NOTHING")
