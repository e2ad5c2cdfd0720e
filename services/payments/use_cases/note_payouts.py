"""Write down what somebody did with payouts, and why, in their own words (sealed)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import PayoutNote
from shared.bulk import insert_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.ids import uuid7
from shared.rows import rows_of

TEXT_FIELD = "payout note"


async def note_payouts(
    session: WriteSession,
    payout_ids: Collection[UUID],
    kind: str,
    text: str | None,
    detail: dict[str, Any],
    *,
    vault: Vault,
) -> None:
    """The same beside each; `detail` holds figures alone."""
    if not payout_ids:
        return
    scope, now = scope_of(session), session.info["clock"].now()
    cipher = (await vault.open_or_create(session, [scope.creditor_id]))[scope.creditor_id]
    rows = [
        {
            "id": uuid7(),
            "creditor_id": scope.creditor_id,
            "payout_id": payout_id,
            "kind": kind,
            "actor": scope.actor,
            "detail": detail,
            "text_sealed": cipher.encrypt(TEXT_FIELD, text),
            "created_at": now,
        }
        for payout_id in payout_ids
    ]
    await insert_rows(session, rows_of(PayoutNote), rows)


async def show_payout_notes(
    session: AsyncSession, notes: Sequence[PayoutNote], *, vault: Vault
) -> dict[UUID, str | None]:
    """The texts by note; None where there is none."""
    ciphers = await vault.open(session, {note.creditor_id for note in notes})
    return {
        note.id: ciphers[note.creditor_id].decrypt(TEXT_FIELD, note.text_sealed) for note in notes
    }
