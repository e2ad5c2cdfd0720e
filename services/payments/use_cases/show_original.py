"""A bank file as it came."""

from __future__ import annotations

import zlib
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.repository import statements
from services.payments.use_cases.import_statements import CONTENT_FIELD
from shared.crypto import Vault


async def original_bytes(session: AsyncSession, file_id: UUID, *, vault: Vault) -> bytes:
    file = await statements.file(session, file_id)
    ciphers = await vault.open(session, [file.creditor_id])
    compressed = ciphers[file.creditor_id].decrypt_bytes(CONTENT_FIELD, file.content_sealed)
    return zlib.decompress(compressed or b"")
