"""The audit trail: append-only, each entry hashed over the one before it, per creditor.

Entries are noted on the session and written by the commit edge, last of all, so that the chain's
head is locked only for the moment of the commit and customers proceed in parallel until then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bulk import insert_rows
from shared.tables import audit_entries

GENESIS = bytes(32)

_LOCK_HEAD = text(
    "INSERT INTO audit_heads (creditor_id, sequence, hash) VALUES (:creditor, 0, :genesis)"
    " ON CONFLICT (creditor_id) DO UPDATE SET sequence = audit_heads.sequence"
    " RETURNING sequence, hash"
)
_MOVE_HEAD = text(
    "UPDATE audit_heads SET sequence = :sequence, hash = :hash WHERE creditor_id = :creditor"
)
_PAGE = text(
    "SELECT sequence, at, actor, action, subject, detail, previous_hash, hash"
    " FROM audit_entries WHERE sequence > :after ORDER BY sequence LIMIT :limit"
)
_HEAD = text("SELECT sequence, hash FROM audit_heads")


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold, and why."""

    sequence: int
    reason: str


def record(session: AsyncSession, action: str, subject: str, **detail: Any) -> None:
    """Note that the session's actor did `action` to `subject`. Ids and figures only, no names."""
    session.info.setdefault("audit", []).append((action, subject, detail))


async def flush(session: AsyncSession) -> None:
    noted = session.info.pop("audit", [])
    if not noted:
        return
    scope, now = session.info["scope"], session.info["clock"].now()
    head = await session.execute(_LOCK_HEAD, {"creditor": scope.creditor_id, "genesis": GENESIS})
    sequence, previous = head.one()
    rows = []
    for action, subject, detail in noted:
        sequence += 1
        # What is stored is what is hashed: the detail goes through JSON once, here.
        plain = orjson.loads(orjson.dumps(detail, default=str))
        entry_hash = chain_hash(previous, sequence, now, scope.actor, action, subject, plain)
        rows.append(
            {
                "creditor_id": scope.creditor_id,
                "sequence": sequence,
                "at": now,
                "actor": scope.actor,
                "action": action,
                "subject": subject,
                "detail": plain,
                "previous_hash": previous,
                "hash": entry_hash,
            }
        )
        previous = entry_hash
    await insert_rows(session, audit_entries, rows)
    await session.execute(
        _MOVE_HEAD, {"creditor": scope.creditor_id, "sequence": sequence, "hash": previous}
    )


def chain_hash(
    previous: bytes,
    sequence: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
) -> bytes:
    """SHA-256 over the previous hash and the entry in canonical JSON."""
    entry = [sequence, at.timestamp().hex(), actor, action, subject, detail]
    return hashlib.sha256(previous + orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)).digest()


async def verify(session: AsyncSession, *, page: int = 5_000) -> tuple[int, Sequence[Broken]]:
    """Walk the creditor's chain; returns how many entries hold and where it breaks."""
    broken: list[Broken] = []
    previous, expected = GENESIS, 0
    while True:
        rows = (await session.execute(_PAGE, {"after": expected, "limit": page})).all()
        for row in rows:
            expected += 1
            if row.sequence != expected:
                broken.append(Broken(expected, "an entry is missing"))
                expected = row.sequence
            if row.previous_hash != previous:
                broken.append(Broken(row.sequence, "does not follow the entry before it"))
            recomputed = chain_hash(
                row.previous_hash,
                row.sequence,
                row.at,
                row.actor,
                row.action,
                row.subject,
                row.detail,
            )
            if recomputed != row.hash:
                broken.append(Broken(row.sequence, "was changed after it was written"))
            previous = row.hash
        if len(rows) < page:
            break
    head = (await session.execute(_HEAD)).one_or_none()
    if head is not None and (head.sequence, head.hash) != (expected, previous):
        broken.append(Broken(head.sequence, "the last entries are missing"))
    return expected, broken


def subject_of(noun: str, subject_id: UUID | str) -> str:
    return f"{noun}:{subject_id}"
