"""Keep what billing tells of customers; forget a person when it says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.payments.domain.names import SEARCH_KEYS_VERSION
from services.payments.models import Customer
from services.payments.repository import transfers
from services.payments.use_cases.change_mandates import cancel_mandates_of
from services.payments.use_cases.decide_transfer import end_forgotten
from services.payments.use_cases.find_facts import NAME_FIELD
from services.payments.use_cases.index_names import name_keys
from shared.bulk import insert_rows
from shared.crypto import CustomerCipher, Vault
from shared.db import WriteSession, scope_of
from shared.events.billing import CustomerChanged
from shared.events.envelope import Received
from shared.rows import rows_of

_NEWER = (
    "(id) DO UPDATE SET version = excluded.version, number = excluded.number,"
    " language = excluded.language, erased = excluded.erased,"
    " name_sealed = excluded.name_sealed, name_keys = excluded.name_keys,"
    " name_keys_version = excluded.name_keys_version"
    " WHERE excluded.version > customers.version"
)
_FORGET = (
    "DELETE FROM known_ibans WHERE customer_id = ANY(:ids)",
    "DELETE FROM remembered_payers WHERE customer_id = ANY(:ids)",
    "UPDATE bank_lines SET iban_index = NULL, iban_ending_index = NULL"
    " WHERE sealed_for = ANY(:ids)",
    "UPDATE mandates SET iban_index = NULL WHERE customer_id = ANY(:ids)",
    "UPDATE transfers SET iban_index = NULL WHERE customer_id = ANY(:ids)",
)


async def save_customers(
    session: WriteSession, batch: Sequence[Received[CustomerChanged]], *, vault: Vault
) -> None:
    newest: dict[UUID, CustomerChanged] = {}
    for received in batch:
        event = received.event
        known = newest.get(event.customer_id)
        if known is None or event.version > known.version:
            newest[event.customer_id] = event
    creditor_id = scope_of(session).creditor_id
    ciphers = await vault.open_or_create(session, newest)
    await insert_rows(
        session,
        rows_of(Customer),
        [
            {
                "id": customer_id,
                "creditor_id": creditor_id,
                "version": event.version,
                "number": event.number,
                "language": event.language,
                "erased": event.erased,
                "name_keys_version": SEARCH_KEYS_VERSION,
                **_name(event, ciphers[customer_id], vault),
            }
            for customer_id, event in sorted(newest.items())
        ],
        on_conflict=_NEWER,
    )
    erased = [customer_id for customer_id, event in newest.items() if event.erased]
    if erased:
        await _forget(session, erased, vault)


def _name(event: CustomerChanged, cipher: CustomerCipher, vault: Vault) -> dict[str, Any]:
    """Sealed to be read, hashed to be found; neither of somebody who is forgotten."""
    if event.erased or cipher.erased or not event.name:
        return {"name_sealed": None, "name_keys": []}
    sealed = cipher.encrypt(NAME_FIELD, event.name)
    return {"name_sealed": sealed, "name_keys": name_keys(event.name, vault)}


async def _forget(session: WriteSession, customer_ids: Sequence[UUID], vault: Vault) -> None:
    """What is sealed for them becomes unreadable, and nothing can be sealed for them again."""
    await end_forgotten(session, await transfers.unsent_to(session, customer_ids))
    await cancel_mandates_of(session, customer_ids, "customer_erased")
    await vault.open_or_create(session, customer_ids)
    await vault.destroy_all(session, customer_ids)
    for statement in _FORGET:
        forget = text(statement).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
        await session.execute(forget, {"ids": list(customer_ids)})
