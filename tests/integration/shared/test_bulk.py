"""Many rows in one statement: what all of them share travels once and arrives in each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from services.payments.app import create_app
from services.payments.config import Settings
from shared.bulk import insert_rows, update_rows
from shared.db import Database, Scope, WriteSession
from shared.tables import idempotency_keys
from shared.testing.served import Served

COUNT = 120


@pytest.fixture
async def db(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> Database:
    return (await serve("payments", create_app, Settings, creditor_id)).service.db


def _rows(session: WriteSession, creditor_id: UUID, **differing: Any) -> list[dict[str, Any]]:
    now = session.info["clock"].now()
    shared = {
        "creditor_id": creditor_id,
        "request_hash": b"same",
        "status": None,
        "headers": {"a": 1},
        "body": None,
        "created_at": now,
    }
    return [
        {**shared, "key": f"key {number:03}", **{n: of(number) for n, of in differing.items()}}
        for number in range(COUNT)
    ]


async def _stored(session: WriteSession) -> list[dict[str, Any]]:
    query = select(idempotency_keys).order_by(idempotency_keys.c.key)
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def test_rows_arrive_as_given_whatever_they_share(db: Database, creditor_id: UUID) -> None:
    async with db.write(Scope(creditor_id, "system:test")) as session:
        rows = _rows(session, creditor_id)
        # The first and the last alike, and one between them not.
        rows[60]["request_hash"], rows[61]["status"], rows[62]["headers"] = b"other", 200, None
        await insert_rows(session, idempotency_keys, rows)
        stored = await _stored(session)
    assert [{name: row[name] for name in rows[0]} for row in stored] == rows


async def test_json_values_that_python_calls_equal_stay_apart(
    db: Database, creditor_id: UUID
) -> None:
    """1, 1.0 and true are equal in Python and three things in JSON."""
    async with db.write(Scope(creditor_id, "system:test")) as session:
        values = (1, 1.0, True)
        rows = _rows(session, creditor_id, headers=lambda number: {"a": values[number % 3]})
        await insert_rows(session, idempotency_keys, rows)
        kinds = await session.scalars(
            text("SELECT jsonb_typeof(headers -> 'a') FROM idempotency_keys ORDER BY key LIMIT 3")
        )
        assert kinds.all() == ["number", "number", "boolean"]


async def test_an_update_may_set_all_rows_alike(db: Database, creditor_id: UUID) -> None:
    async with db.write(Scope(creditor_id, "system:test")) as session:
        await insert_rows(session, idempotency_keys, _rows(session, creditor_id))
        changes = [
            {"creditor_id": creditor_id, "key": f"key {number:03}", "status": 201}
            for number in range(10, COUNT)
        ]
        changed = await update_rows(
            session,
            idempotency_keys,
            changes,
            key=("creditor_id", "key"),
            returning="idempotency_keys.key",
        )
        assert changed is not None
        assert len(changed.all()) == COUNT - 10
        stored = await _stored(session)
    assert [row["status"] for row in stored] == [None] * 10 + [201] * (COUNT - 10)
