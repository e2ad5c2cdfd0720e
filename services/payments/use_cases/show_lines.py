"""What payers wrote: shown to somebody who may see it, sealed for whom it turned out to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import BankLine
from services.payments.repository import statements
from shared.bulk import update_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.rows import rows_of

TEXT_FIELD = "bank line"


@dataclass(frozen=True, slots=True)
class LineText:
    """What came with a line. Never logged, never in an error text."""

    name: str | None
    iban: str | None
    account: str | None
    texts: tuple[str, ...]

    def sealable(self) -> str | None:
        told = {
            "name": self.name,
            "iban": self.iban,
            "account": self.account,
            "texts": list(self.texts),
        }
        return orjson.dumps(told).decode() if any(told.values()) else None


async def show_texts(
    session: AsyncSession, lines: Sequence[BankLine], *, vault: Vault
) -> dict[UUID, LineText]:
    """By line; a forgotten person's lines are not in it."""
    ciphers = await vault.open(session, {line.sealed_for for line in lines})
    found = {}
    for line in lines:
        opened = ciphers[line.sealed_for].decrypt(TEXT_FIELD, line.text_sealed)
        if opened is not None:
            told = orjson.loads(opened)
            found[line.id] = LineText(
                told["name"], told["iban"], told["account"], tuple(told["texts"])
            )
    return found


async def reseal_lines(
    session: WriteSession, owners: Mapping[UUID, UUID | None], *, vault: Vault
) -> None:
    """Seal lines (by id) with the key of the customer they turned out to be about.

    None gives a line back to the creditor's own key.
    """
    creditor_id = scope_of(session).creditor_id
    lines = await statements.lines_by_id(session, owners)
    moving = [
        line for line in lines.values() if line.sealed_for != (owners[line.id] or creditor_id)
    ]
    texts = await show_texts(session, moving, vault=vault)
    ciphers = await vault.open_or_create(
        session, {owners[line.id] or creditor_id for line in moving}
    )
    rows = []
    for line in moving:
        owner = owners[line.id] or creditor_id
        if line.id in texts and not ciphers[owner].erased:
            sealed = ciphers[owner].encrypt(TEXT_FIELD, texts[line.id].sealable())
            rows.append({"id": line.id, "sealed_for": owner, "text_sealed": sealed})
    await update_rows(session, rows_of(BankLine), rows)
