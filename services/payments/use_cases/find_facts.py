"""Find what bears on some bank lines: first what they name, then what they may have meant.

Most lines of a file name what they pay and fit it; only for the others names are looked up, damaged
references repaired, and customers' names unsealed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from services.payments.domain.matching import Book, Debtor, Facts, Line, Sought, sought
from services.payments.domain.matching.book import NAMESAKES_MAX
from services.payments.repository import facts as rows
from services.payments.repository import parties
from shared.crypto import Vault
from shared.db import WriteSession

NAME_FIELD: Final = "customer name"
# Half a hash: enough to find by, and two names with one hash are compared before they count.
_INDEX_LENGTH: Final = 16


def name_index(key: str, vault: Vault) -> str:
    """The keyed hash a name key is stored and looked up by."""
    return vault.blind_index(f"name {key}").hex()[:_INDEX_LENGTH]


async def find_facts(session: WriteSession, lines: Sequence[Line], vault: Vault | None) -> Book:
    """Without a vault names stay sealed and play no part: for money we asked for ourselves."""
    named = await rows.items_named(
        session,
        ids={line.invoice_id for line in lines if line.invoice_id},
        references={r for line in lines for r in (*line.clues.references, *line.clues.read)},
        numbers={number for line in lines for number in line.clues.numbers},
    )
    found = Facts.of(named)
    found.number_lengths |= await rows.number_lengths(session)
    found.names_sought = set()
    book = await asyncio.to_thread(Book, found)
    more = await asyncio.to_thread(sought, lines, book)
    if not more:
        return book
    by_name, common = await _by_name(session, more, vault)
    near = await rows.items_named(session, references=more.references, numbers=more.numbers)
    customers = more.customer_ids | by_name | {item.customer_id for item in near}
    customers |= await rows.customers_numbered(session, more.customer_numbers)
    owed = await rows.items_owed(session, customers)
    found.add(
        Facts.of(
            (item for item in (*near, *owed) if item.id not in found.items),
            await _debtors(session, customers, vault),
            await rows.plans(session, customers),
        )
    )
    found.common_names |= common
    found.names_sought = set(more.names) if vault else set()
    return await asyncio.to_thread(Book, found)


async def _by_name(
    session: WriteSession, more: Sought, vault: Vault | None
) -> tuple[set[UUID], set[str]]:
    """The customers of the names sought, and which names are common.

    Of a common name those customers are found who owe a bill of just the amount that came in.
    """
    if vault is None:
        return set(), set()
    keys = {name_index(key, vault): key for key in more.names}
    found = await rows.customers_named(session, keys, NAMESAKES_MAX)
    common = {index for index, customers in found.items() if len(customers) > NAMESAKES_MAX}
    owing = await rows.customers_named_owing(
        session,
        [(index, minor) for index in sorted(common) for minor in sorted(more.names[keys[index]])],
        NAMESAKES_MAX,
    )
    rare = (customers for index, customers in found.items() if index not in common)
    return owing.union(*rare), {keys[index] for index in common}


async def _debtors(
    session: WriteSession, customer_ids: Collection[UUID], vault: Vault | None
) -> list[Debtor]:
    customers = await parties.customers(session, customer_ids)
    sealed = {row.id for row in customers.values() if row.name_sealed is not None}
    ciphers = await vault.open(session, sealed) if vault and sealed else {}
    return [
        Debtor(
            id=row.id,
            number_key=row.number_key,
            name=ciphers[row.id].decrypt(NAME_FIELD, row.name_sealed)
            if row.id in ciphers
            else None,
        )
        for row in customers.values()
    ]
