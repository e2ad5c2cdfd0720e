"""How lines are found by the ending of the payer's account, and the lines of before that was."""

from __future__ import annotations

from services.payments.domain.iban_ending import ending_of, endings_meant
from services.payments.models import BankLine
from services.payments.repository import statements
from services.payments.use_cases.show_lines import show_texts
from shared.bulk import update_rows
from shared.crypto import Vault
from shared.db import WriteSession
from shared.rows import rows_of

# A line whose text nobody can read any more: looked at, and found by no ending.
_UNREADABLE = b""


def ending_index(iban: str | None, vault: Vault) -> bytes | None:
    """The keyed hash; `ending` sets it apart from those of whole accounts."""
    ending = ending_of(iban)
    return None if ending is None else vault.blind_index(f"ending {ending}")


def indexes_meant(text: str, vault: Vault) -> list[bytes]:
    """The hashes of all accounts that end as a clerk wrote."""
    return [vault.blind_index(f"ending {ending}") for ending in endings_meant(text)]


async def index_iban_endings(session: WriteSession, *, vault: Vault, limit: int) -> int:
    """Index up to `limit` lines booked before endings were; returns how many there were."""
    lines = await statements.lock_without_ending(session, limit)
    texts = await show_texts(session, lines, vault=vault)
    rows = []
    for line in lines:
        told = texts.get(line.id)
        index = ending_index(told.iban, vault) if told else None
        rows.append({"id": line.id, "iban_ending_index": index or _UNREADABLE})
    await update_rows(session, rows_of(BankLine), rows)
    return len(lines)
