"""Keep what billing tells about creditors and customers; the highest version is the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.collections.models import Creditor, Customer
from services.collections.use_cases.newest import newest
from shared.bulk import insert_rows
from shared.crypto import CustomerCipher, Vault
from shared.db import WriteSession, scope_of
from shared.events.billing import CreditorChanged, CustomerChanged
from shared.events.envelope import Received
from shared.rows import rows_of

_CREDITOR = ("version", "name", "jurisdiction", "currency", "time_zone", "language")
_CUSTOMER = (
    "version",
    "number",
    "kind",
    "language",
    "name_sealed",
    "phone_sealed",
    "has_email",
    "contact_hash",
    "erased_at",
)


async def project_creditors(
    session: WriteSession, batch: Sequence[Received[CreditorChanged]]
) -> None:
    creditor_id = scope_of(session).creditor_id
    rows = [
        {"id": event.creditor_id, **{name: getattr(event, name) for name in _CREDITOR}}
        for event in newest(batch, lambda event: (event.creditor_id, event.version))
        if event.creditor_id == creditor_id
    ]
    await insert_rows(session, rows_of(Creditor), rows, on_conflict=_take_newer(_CREDITOR))


async def project_customers(
    session: WriteSession, batch: Sequence[Received[CustomerChanged]], *, vault: Vault
) -> None:
    """The name and the phone number stay sealed; of the e-mail address only that there is one."""
    events = newest(batch, lambda event: (event.customer_id, event.version))
    for event in events:
        if event.erased:
            # Rare and one key at a time: the audit trail names each erasure.
            await vault.destroy(session, event.customer_id)
    ciphers = await vault.open_or_create(session, [e.customer_id for e in events if not e.erased])
    rows = [_customer_row(session, event, ciphers, vault) for event in events]
    # A failed message counts until the contact data changes, so the moment of a change is kept.
    moved = (
        "contact_changed_at = CASE WHEN customers.contact_hash IS DISTINCT FROM"
        " excluded.contact_hash AND customers.version > 0 THEN excluded.contact_changed_at"
        " ELSE customers.contact_changed_at END,"
        " look_since = CASE WHEN customers.contact_hash IS DISTINCT FROM excluded.contact_hash"
        " THEN coalesce(customers.look_since, excluded.contact_changed_at)"
        " ELSE customers.look_since END"
    )
    on_conflict = _take_newer(_CUSTOMER, also=moved)
    await insert_rows(session, rows_of(Customer), rows, on_conflict=on_conflict)


def _customer_row(
    session: WriteSession,
    event: CustomerChanged,
    ciphers: Mapping[UUID, CustomerCipher],
    vault: Vault,
) -> dict[str, Any]:
    now = session.info["clock"].now()
    cipher = ciphers.get(event.customer_id)
    contact = "\n".join((event.email or "", event.address.model_dump_json()))
    return {
        "id": event.customer_id,
        "creditor_id": scope_of(session).creditor_id,
        "version": event.version,
        "number": event.number,
        "kind": event.kind,
        "language": event.language,
        "name_sealed": cipher.encrypt("name", event.name) if cipher else None,
        "phone_sealed": cipher.encrypt("phone", event.phone) if cipher else None,
        "has_email": event.email is not None,
        "contact_hash": vault.blind_index(contact) if cipher else None,
        "contact_changed_at": now,
        "erased_at": now if event.erased else None,
    }


def _take_newer(columns: Sequence[str], *, also: str = "") -> str:
    """ON CONFLICT: overwrite with the event's state when it is newer than the row's."""
    table = "creditors" if columns is _CREDITOR else "customers"
    assignments = [f"{name} = excluded.{name}" for name in columns] + ([also] if also else [])
    return f"(id) DO UPDATE SET {', '.join(assignments)} WHERE {table}.version < excluded.version"
