"""Put approved transfers in a pain.001 file; the same bytes however often it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
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
from services.payments.use_cases.decide_transfer import end_forgotten
from services.payments.use_cases.show_mandates import postal_address
from services.payments.use_cases.show_transfers import (
    Payee,
    payees_sealable,
    read_payees,
    show_payees,
)
from shared.bulk import update_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput
from shared.ids import uuid7
from shared.money import Money
from shared.rows import rows_of

_PAYEES_FIELD = "transfer file payees"


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
    going, payees = await _going(session, chosen, vault)
    creditor = await parties.creditor(session)
    cipher = (await vault.open_or_create(session, [creditor.id]))[creditor.id]
    file = TransferFile(
        id=uuid7(),
        creditor_id=creditor.id,
        payees_sealed=cipher.encrypt_bytes(_PAYEES_FIELD, payees_sealable(payees)),
        execute_on=next_bank_day(execute_on),
        currency="EUR",
        transfer_count=len(going),
        total_minor=sum(row.amount_minor for row in going),
        paid_by=collected_by(creditor),
        created_at=session.info["clock"].now(),
        created_by=scope_of(session).actor,
    )
    await _content(file, going, payees, Version.V09, xsd_dir)
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


async def _going(
    session: WriteSession, chosen: Collection[UUID] | None, vault: Vault
) -> tuple[list[Transfer], dict[UUID, Payee]]:
    """A transfer to somebody who was forgotten ends by itself; the others go."""
    waiting = await transfers.approved(session)
    known = await show_payees(session, waiting, vault=vault)
    ended = await end_forgotten(session, [row for row in waiting if row.id not in known])
    approved = await transfers.lock_approved(session)
    known = await show_payees(session, approved, vault=vault)
    going = [row for row in approved if row.id in known and (not chosen or row.id in chosen)]
    if chosen and {row.id for row in going} != set(chosen) - ended:
        raise InvalidInput.field("transfer_ids", "each is to be approved, and in no file yet")
    if not going:
        raise NothingToSend()
    return going, {row.id: known[row.id] for row in going}


async def write_transfer_file(
    session: AsyncSession, file_id: UUID, *, version: Version, vault: Vault, xsd_dir: str
) -> bytes:
    file = await transfers.file(session, file_id)
    rows = await transfers.transfers_of_file(session, file_id)
    payees = await _payees_of(session, file, rows, vault)
    return await _content(file, rows, payees, version, xsd_dir)


async def _payees_of(
    session: AsyncSession, file: TransferFile, rows: Sequence[Transfer], vault: Vault
) -> Mapping[UUID, Payee]:
    if file.payees_sealed is not None:
        cipher = (await vault.open(session, [file.creditor_id]))[file.creditor_id]
        return read_payees(cipher.decrypt_bytes(_PAYEES_FIELD, file.payees_sealed) or b"{}")
    payees = await show_payees(session, rows, vault=vault)
    if len(payees) != len(rows):
        raise Conflict("a payee of this file was erased: the file cannot be made")
    return payees


async def _content(
    file: TransferFile,
    rows: Sequence[Transfer],
    payees: Mapping[UUID, Payee],
    version: Version,
    xsd_dir: str,
) -> bytes:
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
