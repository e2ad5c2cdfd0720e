"""Register contracts, prices and meter readings: many rows, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing import repository
from services.billing.models import Contract, MeterReading
from shared.bulk import insert_rows
from shared.clock import Clock
from shared.db import WriteSession, scope_of
from shared.errors import InvalidInput, Problem
from shared.ids import IdSource, uuid7
from shared.rows import rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterContract:
    number: str
    customer_number: str
    tariff_code: str
    collection: str
    start_on: date
    end_on: date | None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReading:
    contract_number: str
    read_on: date
    value_m3: Decimal
    source: str
    line: int | None = None


async def register_contracts(
    session: WriteSession,
    commands: Sequence[RegisterContract],
    *,
    clock: Clock,
    ids: IdSource = uuid7,
) -> list[UUID]:
    customers = await repository.customer_ids(session, {c.customer_number for c in commands})
    tariffs = await repository.tariff_versions(session)
    taken = await repository.contract_ids(session, {c.number for c in commands})
    problems: list[Problem] = []
    seen: set[str] = set()
    for command in commands:
        if command.customer_number not in customers:
            problems.append(Problem("customer_number", "no such customer", command.line))
        if command.tariff_code not in tariffs:
            problems.append(Problem("tariff_code", "no such tariff", command.line))
        if command.number in taken or command.number in seen:
            problems.append(Problem("number", "is taken by another contract", command.line))
        if command.end_on is not None and command.end_on < command.start_on:
            problems.append(Problem("end_on", "lies before start_on", command.line))
        seen.add(command.number)
    _refuse(problems)
    creditor_id, now = scope_of(session).creditor_id, clock.now()
    rows = [
        {
            "id": ids(),
            "creditor_id": creditor_id,
            "customer_id": customers[command.customer_number],
            "number": command.number,
            "tariff_code": command.tariff_code,
            "collection": command.collection,
            "start_on": command.start_on,
            "end_on": command.end_on,
            "created_at": now,
        }
        for command in commands
    ]
    await insert_rows(session, rows_of(Contract), rows)
    return [UUID(str(row["id"])) for row in rows]


async def record_readings(
    session: WriteSession, commands: Sequence[RecordReading], *, clock: Clock, ids: IdSource = uuid7
) -> int:
    """A second reading of a contract on one day is refused: readings are never overwritten."""
    contracts = await repository.contract_ids(session, {c.contract_number for c in commands})
    problems = [
        Problem("contract_number", "no such contract", command.line)
        for command in commands
        if command.contract_number not in contracts
    ]
    _refuse(problems)
    creditor_id, now = scope_of(session).creditor_id, clock.now()
    result = await insert_rows(
        session,
        rows_of(MeterReading),
        [
            {
                "id": ids(),
                "creditor_id": creditor_id,
                "contract_id": contracts[command.contract_number],
                "read_on": command.read_on,
                "value_m3": command.value_m3,
                "source": command.source,
                "created_at": now,
            }
            for command in commands
        ],
        on_conflict="(contract_id, read_on) DO NOTHING",
        returning="contract_id, read_on",
    )
    stored = {(row.contract_id, row.read_on) for row in result or ()}
    _refuse(_doubled(commands, contracts, stored))
    return len(stored)


def _doubled(
    commands: Sequence[RecordReading],
    contracts: Mapping[str, UUID],
    stored: set[tuple[UUID, date]],
) -> list[Problem]:
    left = set(stored)
    problems = []
    for command in commands:
        key = (contracts[command.contract_number], command.read_on)
        if key not in left:
            problems.append(Problem("read_on", "there is a reading of that day", command.line))
        left.discard(key)
    return problems


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise InvalidInput.several(problems)
