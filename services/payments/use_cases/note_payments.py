"""Write down what somebody did with a payment, and why, in their own words (sealed)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import Payment, PaymentNote
from services.payments.repository import queue
from shared.bulk import insert_rows, update_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.ids import uuid7
from shared.rows import rows_of

TEXT_FIELD = "payment note"


@dataclass(frozen=True, slots=True)
class Note:
    """`detail` holds figures and ids alone; whatever could name a person is `text`."""

    payment: Payment
    kind: str
    text: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


async def note_payments(session: WriteSession, notes: Sequence[Note], *, vault: Vault) -> None:
    """Notes with neither text nor detail tell nothing that the history does not: left out."""
    told = [note for note in notes if note.text or note.detail]
    if not told:
        return
    scope, now = scope_of(session), session.info["clock"].now()
    owners = {note.payment.id: note.payment.customer_id or scope.creditor_id for note in told}
    ciphers = await vault.open_or_create(session, {*owners.values(), scope.creditor_id})
    rows = []
    for note in told:
        owner = owners[note.payment.id]
        # Nothing can be sealed for somebody who is forgotten.
        sealed_for = scope.creditor_id if ciphers[owner].erased else owner
        rows.append(
            {
                "id": uuid7(),
                "creditor_id": scope.creditor_id,
                "payment_id": note.payment.id,
                "kind": note.kind,
                "actor": scope.actor,
                "detail": note.detail,
                "sealed_for": sealed_for,
                "text_sealed": ciphers[sealed_for].encrypt(TEXT_FIELD, note.text),
                "created_at": now,
            }
        )
    await insert_rows(session, rows_of(PaymentNote), rows)


async def show_notes(
    session: AsyncSession, notes: Sequence[PaymentNote], *, vault: Vault
) -> dict[UUID, str | None]:
    """The texts by note; None where there is none or the person is forgotten."""
    ciphers = await vault.open(session, {note.sealed_for for note in notes})
    return {
        note.id: ciphers[note.sealed_for].decrypt(TEXT_FIELD, note.text_sealed) for note in notes
    }


async def reseal_notes(
    session: WriteSession, owners: Mapping[UUID, UUID | None], *, vault: Vault
) -> None:
    """Seal the notes of payments (by id) with the key of whose money it turned out to be."""
    creditor_id = scope_of(session).creditor_id
    moving = [
        note
        for note in await queue.notes_of(session, owners)
        if note.text_sealed is not None
        and note.sealed_for != (owners[note.payment_id] or creditor_id)
    ]
    texts = await show_notes(session, moving, vault=vault)
    ciphers = await vault.open_or_create(
        session, {owners[note.payment_id] or creditor_id for note in moving}
    )
    rows = []
    for note in moving:
        owner = owners[note.payment_id] or creditor_id
        if texts[note.id] is not None and not ciphers[owner].erased:
            sealed = ciphers[owner].encrypt(TEXT_FIELD, texts[note.id])
            rows.append({"id": note.id, "sealed_for": owner, "text_sealed": sealed})
    await update_rows(session, rows_of(PaymentNote), rows)
