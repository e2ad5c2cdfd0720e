"""Take in a bank file: one transaction, stored whole or refused with line and field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.payments.domain.bank_lines import NAMES, Collection
from services.payments.formats.unreadable import UnreadableFile
from services.payments.models import BankAccount, BankStatement, StatementFile
from services.payments.repository import parties, statements
from services.payments.use_cases.plan_lines import LinePlan, place, plan_lines
from services.payments.use_cases.read_statement_file import StatementDraft
from services.payments.use_cases.settle_remittances import settle_remittances
from services.payments.use_cases.write_lines import write_lines
from shared.bulk import insert_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict
from shared.ids import uuid7
from shared.rows import rows_of

CONTENT_FIELD = "bank file"


class StatementAlreadyStored(Conflict):
    code = "statement_already_stored"
    title = "A statement of this file was stored before, out of another file"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStatements:
    """A file that was read already; `compressed` are its bytes as zlib."""

    sha256: bytes
    size_bytes: int
    compressed: bytes
    drafts: Sequence[StatementDraft]
    # How the provider writes a settlement in the text of its payout.
    payout_pattern: str


async def known_result(session: WriteSession, sha256: bytes) -> dict[str, Any] | None:
    """What the same bytes were answered before; until the commit nobody else stores them."""
    found = await statements.lock_file(session, sha256)
    return None if found is None else found.result


async def import_statements(
    session: WriteSession, command: ImportStatements, *, vault: Vault
) -> dict[str, Any]:
    creditor = await parties.creditor(session)
    accounts = {a.number: a for a in await parties.lock_bank_accounts(session)}
    _refuse_strangers(command.drafts, accounts)
    drafts = _once(command.drafts, accounts)
    await _refuse_stored(session, drafts, accounts)
    file_id, zone, now = uuid7(), ZoneInfo(creditor.time_zone), session.info["clock"].now()
    rows, lines = [], []
    for draft in drafts:
        account, until = accounts[draft.account_number], known_until(draft, zone, now)
        row = {**_row(draft), "file_id": file_id, "account_id": account.id, "known_until": until}
        rows.append(row)
        lines += place(draft.lines, row["id"], account.id, until, vault)
    plan = await plan_lines(
        session,
        lines,
        payout_pattern=command.payout_pattern,
        currency=creditor.currency,
        vault=vault,
    )
    result = _result(file_id, command, rows, plan)
    await _store(session, command, file_id, rows, result, vault)
    await write_lines(session, plan, vault)
    if any(v.queue_reason == "awaits_specification" for v in plan.verdicts.values()):
        await settle_remittances(session)
    return result


def _refuse_strangers(
    drafts: Sequence[StatementDraft], accounts: Mapping[str, BankAccount]
) -> None:
    for draft in drafts:
        account = accounts.get(draft.account_number)
        if account is None:
            ending = draft.account_number[-4:]
            message = (
                f"the account ending in {ending} is none of this creditor's:"
                " register it with POST /v1/bank-accounts first"
            )
            raise UnreadableFile.field("account", message, draft.line)
        if account.currency != draft.currency:
            message = f"in {draft.currency}, the account is registered in {account.currency}"
            raise UnreadableFile.field("currency", message, draft.line)


def _once(
    drafts: Sequence[StatementDraft], accounts: Mapping[str, BankAccount]
) -> list[StatementDraft]:
    """Each statement of a file once. Some banks repeat a statement without any entry."""
    found: dict[statements.Identity, StatementDraft] = {}
    for draft in drafts:
        first = found.setdefault(_identity(draft, accounts), draft)
        if first is not draft and (first.lines or draft.lines):
            message = "the file holds the same statement twice"
            raise UnreadableFile.field("statement", message, draft.line)
    return list(found.values())


async def _refuse_stored(
    session: WriteSession, drafts: Sequence[StatementDraft], accounts: Mapping[str, BankAccount]
) -> None:
    """Other bytes with a statement that is there already would book everything twice."""
    stored = await statements.stored_statements(
        session, {_identity(draft, accounts) for draft in drafts}
    )
    for draft in drafts:
        known = stored.get(_identity(draft, accounts))
        if known is not None:
            raise StatementAlreadyStored(
                f"line {draft.line}: this statement of {draft.closes_on} was stored before;"
                " nothing of the file was stored",
                line=draft.line,
                statement=str(known.id),
                file=str(known.file_id),
            )


def _identity(draft: StatementDraft, accounts: Mapping[str, BankAccount]) -> statements.Identity:
    return (
        accounts[draft.account_number].id,
        draft.statement_id,
        draft.number,
        draft.closes_on,
        None if draft.opening is None else draft.opening.minor,
    )


def known_until(draft: StatementDraft, zone: ZoneInfo, now: datetime) -> datetime:
    """Up to when the statement tells all bookings; never later than now.

    The bank's own word, else the end of its last day, or its making when that came before.
    """

    def aware(moment: datetime) -> datetime:
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)

    if draft.covers_to is not None:
        return min(aware(draft.covers_to), now)
    end_of_day = datetime.combine(draft.closes_on + timedelta(days=1), time(), tzinfo=zone)
    made = aware(draft.created_at) if draft.created_at is not None else end_of_day
    return min(made, end_of_day, now)


def _row(draft: StatementDraft) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "format": draft.format,
        "statement_id": draft.statement_id,
        "number": draft.number,
        "closes_on": draft.closes_on,
        "currency": draft.currency,
        "opening_minor": draft.opening.minor if draft.opening is not None else None,
        "closing_minor": draft.closing.minor if draft.closing is not None else None,
        "entries_minor": draft.entries.minor,
        "entry_count": draft.entry_count,
        "unbooked_count": draft.unbooked_count,
    }


async def _store(
    session: WriteSession,
    command: ImportStatements,
    file_id: UUID,
    rows: Sequence[dict[str, Any]],
    result: dict[str, Any],
    vault: Vault,
) -> None:
    scope, now = scope_of(session), session.info["clock"].now()
    ciphers = await vault.open_or_create(session, [scope.creditor_id])
    cipher = ciphers[scope.creditor_id]
    file = {
        "id": file_id,
        "creditor_id": scope.creditor_id,
        "sha256": command.sha256,
        "size_bytes": command.size_bytes,
        "content_sealed": cipher.encrypt_bytes(CONTENT_FIELD, command.compressed),
        "received_at": now,
        "received_from": scope.actor,
        "result": result,
    }
    await insert_rows(session, rows_of(StatementFile), [file])
    statement_rows = [{**row, "creditor_id": scope.creditor_id} for row in rows]
    await insert_rows(session, rows_of(BankStatement), statement_rows)


def _result(
    file_id: UUID,
    command: ImportStatements,
    rows: Sequence[dict[str, Any]],
    plan: LinePlan,
) -> dict[str, Any]:
    kinds = Counter(NAMES[type(line.kind)] for line in plan.lines)
    collected = sum(
        len(line.kind.debit_ids) for line in plan.lines if isinstance(line.kind, Collection)
    )
    verdicts = plan.verdicts.values()
    return {
        "file_id": str(file_id),
        "sha256": command.sha256.hex(),
        "size_bytes": command.size_bytes,
        "statements": [_shown(row) for row in rows],
        "lines": len(plan.lines),
        "payments": len(plan.verdicts),
        "matched": sum(bool(verdict.shares) for verdict in verdicts),
        "queued": sum(verdict.queue_reason is not None for verdict in verdicts),
        "debits_collected": collected,
        "debits_returned": kinds["return"],
        "payouts": kinds["payout"],
        "other": kinds["other"],
    }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A statement in the result; `difference` is what its own arithmetic lacks."""
    currency = row["currency"]

    def money(minor: int | None) -> dict[str, Any] | None:
        return None if minor is None else {"amount": minor, "currency": currency}

    opening, closing = row["opening_minor"], row["closing_minor"]
    difference = None
    if opening is not None and closing is not None:
        difference = opening + row["entries_minor"] - closing
    return {
        "id": str(row["id"]),
        "account_id": str(row["account_id"]),
        "statement_id": row["statement_id"],
        "number": row["number"],
        "closes_on": row["closes_on"].isoformat(),
        "entry_count": row["entry_count"],
        "unbooked_count": row["unbooked_count"],
        "opening": money(opening),
        "closing": money(closing),
        "entries": money(row["entries_minor"]),
        "difference": money(difference),
    }
