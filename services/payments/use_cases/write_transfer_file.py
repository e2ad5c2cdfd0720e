"""Put approved transfers in a pain.001 file; the same bytes however often it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.debit import our_reference
from services.payments.domain.target_days import next_bank_day
from services.payments.domain.transitions import TRANSFER, after
from services.payments.formats.credit_transfer import CreditTransfer, Debtor, TransferBatch
from services.payments.formats.official_schema import refuse_against_schema
from services.payments.formats.pain001 import Version, write_pain001
from services.payments.models import Transfer, TransferFile
from services.payments.repository import parties, transfers
from services.payments.use_cases.debit_orders import collected_by
from services.payments.use_cases.show_mandates import postal_address
from services.payments.use_cases.show_transfers import show_payees
from shared.bulk import update_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput
from shared.ids import uuid7
from shared.money import Money
from shared.rows import rows_of


class NothingToSend(Conflict):
    code = "nothing_to_send"
    title = "No approved transfer waits for a file"


async def make_transfer_file(
    session: WriteSession,
    chosen: Collection[UUID] | None,
    *,
    execute_on: date,
    vault: Vault,
    xsd_dir: str = "",
) -> TransferFile:
    """All approved transfers, or the chosen ones; made and checked here, so that nothing waits in
    a file a bank would refuse. Executed on the first bank day from `execute_on`."""
    approved = await transfers.lock_approved(session)
    going = [row for row in approved if chosen is None or row.id in chosen]
    if chosen is not None and len(going) != len(set(chosen)):
        raise InvalidInput.field("transfer_ids", "each is to be approved, and in no file yet")
    if not going:
        raise NothingToSend()
    creditor = await parties.creditor(session)
    file = TransferFile(
        id=uuid7(),
        creditor_id=scope_of(session).creditor_id,
        execute_on=next_bank_day(execute_on),
        currency="EUR",
        transfer_count=len(going),
        total_minor=sum(row.amount_minor for row in going),
        paid_by=collected_by(creditor),
        created_at=session.info["clock"].now(),
        created_by=scope_of(session).actor,
    )
    await _content(session, file, going, Version.V09, vault, xsd_dir)
    session.add(file)
    await session.flush()
    rows = [
        {
            "id": row.id,
            "status": after(TRANSFER, "transfer", row.status, "send"),
            "file_id": file.id,
            "version": row.version + 1,
        }
        for row in going
    ]
    await update_rows(session, rows_of(Transfer), rows)
    return file


async def write_transfer_file(
    session: AsyncSession, file_id: UUID, *, version: Version, vault: Vault, xsd_dir: str
) -> bytes:
    file = await transfers.file(session, file_id)
    rows = await transfers.transfers_of_file(session, file_id)
    return await _content(session, file, rows, version, vault, xsd_dir)


async def _content(
    session: AsyncSession,
    file: TransferFile,
    rows: Sequence[Transfer],
    version: Version,
    vault: Vault,
    xsd_dir: str,
) -> bytes:
    payees = await show_payees(session, rows, vault=vault)
    if len(payees) != len(rows):
        raise Conflict("a payee of this file was erased: the file cannot be made")
    told = file.paid_by
    batch = TransferBatch(
        message_id=our_reference(file.id),
        created_at=file.created_at,
        execute_on=file.execute_on,
        debtor=Debtor(told["name"], told["iban"], address=postal_address(told["address"])),
        transfers=tuple(
            CreditTransfer(
                end_to_end_id=our_reference(row.id),
                amount=Money(row.amount_minor, row.currency),
                payee_name=payees[row.id].name,
                payee_iban=payees[row.id].iban,
                remittance_text=payees[row.id].text,
            )
            for row in rows
        ),
    )

    def write() -> bytes:
        content = write_pain001(batch, version)
        refuse_against_schema(content, version, xsd_dir)
        return content

    return await asyncio.to_thread(write)
