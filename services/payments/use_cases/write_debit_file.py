"""The pain.008 file of a released batch: the same bytes however often it is asked for."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.formats.direct_debit import DirectDebitBatch
from services.payments.formats.official_schema import refuse_against_schema
from services.payments.formats.pain008 import Version, write_pain008
from services.payments.models import DebitBatch
from services.payments.repository import debits
from services.payments.use_cases.debit_orders import ORDER_FIELD, DebitOrder, Going, debit_file
from shared.crypto import Vault
from shared.errors import Conflict


async def write_debit_file(
    session: AsyncSession, batch_id: UUID, *, version: Version, vault: Vault, xsd_dir: str
) -> bytes:
    """`xsd_dir`: where the official schemas are; empty: the file is checked by our own rules."""
    file = await _released_file(session, await debits.batch(session, batch_id), vault)
    return await checked_file(file, version, xsd_dir)


async def checked_file(file: DirectDebitBatch, version: Version, xsd_dir: str) -> bytes:
    """Thousands of debits take a while: other requests are answered meanwhile."""

    def write() -> bytes:
        content = write_pain008(file, version)
        refuse_against_schema(content, version, xsd_dir)
        return content

    return await asyncio.to_thread(write)


async def _released_file(
    session: AsyncSession, batch: DebitBatch, vault: Vault
) -> DirectDebitBatch:
    if batch.status != "released" or batch.released_at is None:
        raise Conflict("there is a file once the batch is released")
    rows = [row for row in await debits.debits_of(session, batch.id) if row.status != "cancelled"]
    ciphers = await vault.open(session, {row.customer_id for row in rows})
    going = []
    for row in rows:
        text = ciphers[row.customer_id].decrypt(ORDER_FIELD, row.order_sealed)
        if text is None:
            raise Conflict(
                "a customer of this batch was erased: the file cannot be made again; if the bank"
                " never got it, withdraw the batch and plan anew"
            )
        going.append(Going(row, row.sequence_type or "", DebitOrder.read(text)))
    return debit_file(batch, batch.released_at, going)
