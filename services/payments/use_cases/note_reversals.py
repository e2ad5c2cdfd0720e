"""Write down what somebody did with what a bank took back, and why, in their own words (sealed)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import ReversalNote
from shared.bulk import insert_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.ids import uuid7
from shared.rows import rows_of

TEXT_FIELD = "reversal note"


async def note_reversals(
    session: WriteSession,
    reversal_ids: Collection[UUID],
    kind: str,
    text: str | None,
    detail: dict[str, Any],
    *,
    vault: Vault,
) -> None:
    """The same beside each; `detail` holds figures and ids alone."""
    if not reversal_ids:
        return
    scope, now = scope_of(session), session.info["clock"].now()
    cipher = (await vault.open_or_create(session, [scope.creditor_id]))[scope.creditor_id]
    rows = [
        {
            "id": uuid7(),
            "creditor_id": scope.creditor_id,
            "reversal_id": reversal_id,
            "kind": kind,
            "actor": scope.actor,
            "detail": detail,
            "text_sealed": cipher.encrypt(TEXT_FIELD, text),
            "created_at": now,
        }
        for reversal_id in reversal_ids
    ]
    await insert_rows(session, rows_of(ReversalNote), rows)


async def show_reversal_notes(
    session: AsyncSession, notes: Sequence[ReversalNote], *, vault: Vault
) -> dict[UUID, str | None]:
    """The texts by note; None where there is none."""
    ciphers = await vault.open(session, {note.creditor_id for note in notes})
    return {
        note.id: ciphers[note.creditor_id].decrypt(TEXT_FIELD, note.text_sealed) for note in notes
    }
