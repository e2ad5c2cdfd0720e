"""A key per customer: personal columns are unreadable without it, and erasure destroys it.

AES-256-GCM (NIST SP 800-38D). The customer's key is wrapped by the master key; the field's name
and the customer's id are authenticated with each value, so that values cannot be swapped between
fields or people. What must be searched is stored as a keyed hash beside the encrypted value.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from shared import audit
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.tables import customer_keys

_NONCE_BYTES = 12

_READ = text(
    "SELECT customer_id, wrapped_key FROM customer_keys WHERE customer_id = ANY(:ids)"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_DESTROY = text(
    "UPDATE customer_keys SET wrapped_key = NULL, destroyed_at = :now"
    " WHERE customer_id = :id AND wrapped_key IS NOT NULL"
)
_DESTROY_ALL = text(
    "UPDATE customer_keys SET wrapped_key = NULL, destroyed_at = :now"
    " WHERE customer_id = ANY(:ids) AND wrapped_key IS NOT NULL RETURNING customer_id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


class Tampered(Exception):
    """A stored value or key does not belong where it stands, or the master key is another one."""


class CustomerCipher:
    """Encrypts and decrypts one customer's fields; after erasure everything reads as None."""

    def __init__(self, customer_id: UUID, key: bytes | None) -> None:
        self._customer_id = customer_id
        self._aead = AESGCM(key) if key is not None else None

    @property
    def erased(self) -> bool:
        return self._aead is None

    def encrypt(self, field: str, value: str | None) -> bytes | None:
        return None if value is None else self.encrypt_bytes(field, value.encode())

    def encrypt_bytes(self, field: str, value: bytes) -> bytes | None:
        if self._aead is None:
            return None
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, value, self._bound_to(field))

    def decrypt(self, field: str, stored: bytes | None) -> str | None:
        value = self.decrypt_bytes(field, stored)
        return None if value is None else value.decode()

    def decrypt_bytes(self, field: str, stored: bytes | None) -> bytes | None:
        if stored is None or self._aead is None:
            return None
        nonce, sealed = stored[:_NONCE_BYTES], stored[_NONCE_BYTES:]
        try:
            return self._aead.decrypt(nonce, sealed, self._bound_to(field))
        except InvalidTag:
            raise Tampered(f"field {field} of customer {self._customer_id}") from None

    def _bound_to(self, field: str) -> bytes:
        return self._customer_id.bytes + field.encode()


class Vault:
    """Opens customers' keys with the master key (base64 of 32 bytes)."""

    def __init__(self, master_key: str) -> None:
        raw = base64.b64decode(master_key)
        if len(raw) != 32:
            raise ValueError("INNING_MASTER_KEY is base64 of 32 bytes")
        self._master = AESGCM(raw)
        self._index_key = hmac.digest(raw, b"inning blind index", "sha256")

    def blind_index(self, value: str) -> bytes:
        """A keyed hash that finds equal values without showing them (an IBAN, for one)."""
        return hmac.digest(self._index_key, value.encode(), sha256)

    async def open(
        self, session: AsyncSession, customer_ids: Iterable[UUID]
    ) -> Mapping[UUID, CustomerCipher]:
        """The ciphers of customers that have a key, living or destroyed. One statement."""
        rows = await session.execute(_READ, {"ids": list(set(customer_ids))})
        return {
            row.customer_id: CustomerCipher(
                row.customer_id, self._unwrap(row.customer_id, row.wrapped_key)
            )
            for row in rows
        }

    async def open_or_create(
        self, session: WriteSession, customer_ids: Iterable[UUID]
    ) -> Mapping[UUID, CustomerCipher]:
        """As `open`, and a new key for each customer that has none yet."""
        wanted = set(customer_ids)
        known = dict(await self.open(session, wanted))
        missing = sorted(wanted - known.keys())
        if not missing:
            return known
        now = session.info["clock"].now()
        keys = {customer_id: AESGCM.generate_key(256) for customer_id in missing}
        made = await insert_rows(
            session,
            customer_keys,
            [
                {
                    "creditor_id": scope_of(session).creditor_id,
                    "customer_id": customer_id,
                    "wrapped_key": self._wrap(customer_id, key),
                    "created_at": now,
                }
                for customer_id, key in keys.items()
            ],
            on_conflict="DO NOTHING",
            returning="customer_id",
        )
        ours = set(made.scalars()) if made is not None else set()
        known |= {id_: CustomerCipher(id_, key) for id_, key in keys.items() if id_ in ours}
        # Another transaction made the other keys meanwhile.
        theirs = [customer_id for customer_id in missing if customer_id not in ours]
        return known | dict(await self.open(session, theirs)) if theirs else known

    async def destroy(self, session: WriteSession, customer_id: UUID) -> None:
        """Erase the person: nothing encrypted with this key can be read again (GDPR art. 17)."""
        now = session.info["clock"].now()
        await session.execute(_DESTROY, {"id": customer_id, "now": now})
        audit.record(session, "destroy_customer_key", audit.subject_of("customer", customer_id))

    async def destroy_all(self, session: WriteSession, customer_ids: Iterable[UUID]) -> None:
        """As `destroy`, for many in one statement; those without a key leave no audit entry."""
        named = {"ids": sorted(set(customer_ids)), "now": session.info["clock"].now()}
        for customer_id in (await session.execute(_DESTROY_ALL, named)).scalars():
            audit.record(session, "destroy_customer_key", audit.subject_of("customer", customer_id))

    def _wrap(self, customer_id: UUID, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, customer_id.bytes)

    def _unwrap(self, customer_id: UUID, wrapped: bytes | None) -> bytes | None:
        if wrapped is None:
            return None
        try:
            return self._master.decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], customer_id.bytes
            )
        except InvalidTag:
            raise Tampered(f"key of customer {customer_id}") from None
