"""Write down what somebody did with work of the queue that is no payment, and why (sealed)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import PayoutNote, ReversalNote
from shared.bulk import insert_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.ids import uuid7s
from shared.rows import rows_of


@dataclass(frozen=True, slots=True)
class Notebook:
    """Whose notes: their rows, the column of what they are about, the field they are sealed as."""

    rows: type[PayoutNote] | type[ReversalNote]
    about: str
    text_field: str


PAYOUT_NOTES = Notebook(PayoutNote, "payout_id", "payout note")
REVERSAL_NOTES = Notebook(ReversalNote, "reversal_id", "reversal note")


async def note_queued(
    session: WriteSession,
    book: Notebook,
    subject_ids: Collection[UUID],
    kind: str,
    text: str | None,
    detail: dict[str, Any],
    *,
    vault: Vault,
) -> None:
    """The same beside each; `detail` holds figures and ids alone."""
    if not subject_ids:
        return
    scope, now = scope_of(session), session.info["clock"].now()
    cipher = (await vault.open_or_create(session, [scope.creditor_id]))[scope.creditor_id]
    rows = [
        {
            "id": note_id,
            "creditor_id": scope.creditor_id,
            book.about: subject_id,
            "kind": kind,
            "actor": scope.actor,
            "detail": detail,
            "text_sealed": cipher.encrypt(book.text_field, text),
            "created_at": now,
        }
        for note_id, subject_id in zip(uuid7s(len(subject_ids)), subject_ids, strict=True)
    ]
    await insert_rows(session, rows_of(book.rows), rows)


async def show_queued_notes(
    session: AsyncSession,
    book: Notebook,
    notes: Sequence[PayoutNote] | Sequence[ReversalNote],
    *,
    vault: Vault,
) -> dict[UUID, str | None]:
    """The texts by note; None where there is none."""
    ciphers = await vault.open(session, {note.creditor_id for note in notes})
    return {
        note.id: ciphers[note.creditor_id].decrypt(book.text_field, note.text_sealed)
        for note in notes
    }
