"""A person says that the bank executed a transfer, or all of a file: by a bank line without our
reference, or, while no line shows it, by their word.

What a line says of a transfer that was executed by word alone is still tied to it later, by hand or
when a statement brings our reference: the money leaves the books once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.four_eyes import refuse_same_person
from services.payments.domain.transfer import OutgoingLine, awaits_line, refuse_other_line
from services.payments.domain.transitions import TRANSFER, after
from services.payments.models import BankLine, Transfer, TransferFile
from services.payments.repository import desk, statements, transfers
from services.payments.use_cases.business_day import today_of
from services.payments.use_cases.drop_reversals import drop_reversals
from services.payments.use_cases.settle_transfers import Execution, execute_transfers
from services.payments.use_cases.show_lines import reseal_lines
from shared.bulk import update_rows
from shared.clock import business_date
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict, InvalidInput
from shared.money import Money
from shared.rows import rows_of

_CANDIDATES_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TellExecution:
    """By a line, or by the day it happened; `reason` is a code."""

    line_id: UUID | None
    executed_on: date | None
    reason: str


async def execute_by_hand(
    session: WriteSession, transfer_id: UUID, command: TellExecution, *, vault: Vault
) -> Transfer:
    line = await _lock_line(session, command)
    transfer = await transfers.lock_transfer(session, transfer_id)
    if transfer.status == "executed" and transfer.line_id is not None:
        raise Conflict("a bank line shows this transfer already")
    await _execute(session, [transfer], line, command, vault)
    await session.refresh(transfer)
    return transfer


async def execute_file_by_hand(
    session: WriteSession, file_id: UUID, command: TellExecution, *, vault: Vault
) -> TransferFile:
    """What of the file no line showed yet, and the bank did not refuse."""
    file = await transfers.file(session, file_id)
    line = await _lock_line(session, command)
    rows = (await transfers.lock_in_files(session, (), [file_id])).values()
    going = [
        row
        for row in rows
        if row.status == "in_file" or (line is not None and awaits_line(row.status, row.line_id))
    ]
    if not going:
        raise Conflict("nothing of this file waits for the bank")
    await _execute(session, going, line, command, vault)
    return file


async def lines_that_may_be(session: AsyncSession, transfer: Transfer) -> Sequence[BankLine]:
    """Lines that could be this transfer; those to the payee's account first."""
    if transfer.file_id is None or not awaits_line(transfer.status, transfer.line_id):
        return []
    made_on = await _made_on(session, transfer.file_id)
    amount = Money(transfer.amount_minor, transfer.currency)
    return await statements.lines_that_sent(
        session, amount, made_on, transfer.iban_index, _CANDIDATES_MAX
    )


async def lines_that_may_be_all(session: AsyncSession, file_id: UUID) -> Sequence[BankLine]:
    """Lines that could be all that no line showed yet of this file."""
    rows = await transfers.transfers_of_file(session, file_id)
    going = [row for row in rows if awaits_line(row.status, row.line_id)]
    made_on = await _made_on(session, file_id)
    if not going:
        return []
    return await statements.lines_that_sent(session, _sum(going), made_on, None, _CANDIDATES_MAX)


async def _lock_line(session: WriteSession, command: TellExecution) -> BankLine | None:
    """Before the transfers, in the order an upload locks them."""
    if (command.line_id is None) is (command.executed_on is None):
        raise InvalidInput.field("line_id", "name the bank line, or the day: one of them")
    return await statements.lock_line(session, command.line_id) if command.line_id else None


async def _execute(
    session: WriteSession,
    going: Sequence[Transfer],
    line: BankLine | None,
    command: TellExecution,
    vault: Vault,
) -> None:
    for transfer in going:
        if line is None or transfer.status != "executed":
            after(TRANSFER, "transfer", transfer.status, "execute")
    file_id = going[0].file_id
    assert file_id is not None, "what is in a file names it"
    made_on = await _made_on(session, file_id)
    if line is not None:
        facts = OutgoingLine(
            kind=line.kind,
            amount=Money(line.amount_minor, line.currency),
            booked_on=line.booked_on,
        )
        refuse_other_line(facts, _sum(going), made_on)
        await _take_line(session, line, going, vault)
        executed_on = line.booked_on
    else:
        executed_on = await _day_told(session, going, command.executed_on, made_on)
    await execute_transfers(
        session,
        [
            Execution(
                transfer=transfer,
                on=executed_on,
                line_id=line.id if line is not None else None,
                by=scope_of(session).actor,
                reason=command.reason,
            )
            for transfer in going
        ],
    )


async def _take_line(
    session: WriteSession, line: BankLine, going: Sequence[Transfer], vault: Vault
) -> None:
    """It is a transfer from now on, and its text is sealed for whom that went to."""
    await update_rows(session, rows_of(BankLine), [{"id": line.id, "kind": "transfer"}])
    await drop_reversals(session, [line.id])
    if len(going) == 1 and going[0].customer_id is not None:
        await reseal_lines(session, {line.id: going[0].customer_id}, vault=vault)


async def _day_told(
    session: WriteSession, going: Sequence[Transfer], told: date | None, made_on: date
) -> date:
    """Where no line vouches for it, another person does than asked for the money."""
    for asked_by in {transfer.asked_by for transfer in going}:
        refuse_same_person(asked_by, scope_of(session).actor, "execute")
    today = await today_of(session)
    if told is None or not made_on <= told <= today:
        raise InvalidInput.field("executed_on", f"a day from {made_on} to {today}")
    return told


async def _made_on(session: AsyncSession, file_id: UUID) -> date:
    file = await transfers.file(session, file_id)
    return business_date(file.created_at, await desk.zone(session))


def _sum(going: Sequence[Transfer]) -> Money:
    amounts = [Money(row.amount_minor, row.currency) for row in going]
    return Money.total(amounts, amounts[0].currency)
