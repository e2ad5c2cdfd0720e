"""How customers are found by their names, and those stored when names were keyed otherwise."""

from __future__ import annotations

from services.payments.domain.names import SEARCH_KEYS_VERSION, read_name
from services.payments.models import Customer
from services.payments.repository import parties
from services.payments.use_cases.find_facts import NAME_FIELD, name_index
from shared.bulk import update_rows
from shared.crypto import Vault
from shared.db import WriteSession
from shared.rows import rows_of


def name_keys(written: str, vault: Vault) -> list[str]:
    """The hashes a customer of this name is found by."""
    return sorted(name_index(key, vault) for key in read_name(written).search_keys())


async def index_names(session: WriteSession, *, vault: Vault, limit: int) -> int:
    """Key up to `limit` names as they are searched for now; returns how many there were."""
    customers = await parties.lock_keyed_before(session, SEARCH_KEYS_VERSION, limit)
    ciphers = await vault.open(session, {customer.id for customer in customers})
    rows = []
    for customer in customers:
        cipher = ciphers.get(customer.id)
        name = cipher.decrypt(NAME_FIELD, customer.name_sealed) if cipher else None
        keys = name_keys(name, vault) if name else []
        rows.append(
            {"id": customer.id, "name_keys": keys, "name_keys_version": SEARCH_KEYS_VERSION}
        )
    await update_rows(session, rows_of(Customer), rows)
    return len(customers)
