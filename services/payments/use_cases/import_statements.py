"""Take in a bank file: one transaction, stored whole or refused with line and field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.payments.domain.statement_chain import Gap, gaps
from services.payments.models import BankAccount, BankStatement, StatementFile
from services.payments.repository import parties, statements
from services.payments.use_cases.identify_entries import Report, identify_entries
from services.payments.use_cases.import_turns import wait_for_import
from services.payments.use_cases.place_reports import known_until, place_reports, statement_row
from services.payments.use_cases.plan_lines import PlacedLine, place, plan_lines
from services.payments.use_cases.read_statement_file import StatementDraft
from services.payments.use_cases.replace_sums import replace_sums
from services.payments.use_cases.settle_remittances import settle_remittances
from services.payments.use_cases.tell_import import booked_events, import_result
from services.payments.use_cases.write_lines import write_lines
from shared import outbox
from shared.bulk import insert_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict
from shared.garbage import nothing_is_garbage
from shared.ids import uuid7
from shared.rows import rows_of

CONTENT_FIELD = "bank file"


class StatementAlreadyStored(Conflict):
    code = "statement_already_stored"
    title = "A statement of this file was stored before, out of another file"


class StatementMissing(Conflict):
    code = "statement_missing"
    title = "A statement of this file does not join the one before"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStatements:
    """A file that was read already; `compressed` are its bytes as zlib."""

    sha256: bytes
    size_bytes: int
    compressed: bytes
    drafts: Sequence[StatementDraft]
    # By provider, how its payouts are known.
    payout_patterns: Mapping[str, str]


async def known_result(
    session: WriteSession, sha256: bytes, *, wait_s: float
) -> dict[str, Any] | None:
    """What the same bytes were answered before; until the commit nobody else stores a file.

    Raises `ImportRunning` when another process goes on storing one for `wait_s`.
    """
    await wait_for_import(session, wait_s)
    found = await statements.file_of(session, sha256)
    return None if found is None else found.result


async def import_statements(
    session: WriteSession, command: ImportStatements, *, vault: Vault
) -> dict[str, Any]:
    """What the file came to: see `tell_import`. A booking that was told before is not booked."""
    with nothing_is_garbage():
        return await _import(session, command, vault)


async def _import(session: WriteSession, command: ImportStatements, vault: Vault) -> dict[str, Any]:
    creditor = await parties.creditor(session)
    accounts = {a.number: a for a in await parties.lock_bank_accounts(session)}
    by_id = {account.id: account for account in accounts.values()}
    reports = await place_reports(session, command.drafts, accounts, vault)
    entries = await identify_entries(session, reports)
    zone, now, file_id = ZoneInfo(creditor.time_zone), session.info["clock"].now(), uuid7()
    rows = [statement_row(r, file_id, known_until(r.draft, zone, now)) for r in reports]
    found = await _gaps(session, rows)
    _refuse_when_strict(reports, found, by_id)
    replaced = await replace_sums(session, {e for report in reports for e in report.completing})
    lines = [
        line
        for report, row in zip(reports, rows, strict=True)
        for line in _fresh_lines(report, row, replaced, vault)
    ]
    plan = await plan_lines(
        session,
        lines,
        payout_patterns=command.payout_patterns,
        currency=creditor.currency,
        vault=vault,
    )
    statement_rows = [{**row, "creditor_id": creditor.id} for row in rows]
    await insert_rows(session, rows_of(BankStatement), statement_rows)
    await write_lines(session, plan, entries, vault)
    taken_apart = []
    if any(v.queue_reason == "awaits_specification" for v in plan.verdicts.values()):
        taken_apart = await settle_remittances(session)
    outbox.add(session, *booked_events(reports, rows, by_id))
    result = {
        "file_id": str(file_id),
        "sha256": command.sha256.hex(),
        "size_bytes": command.size_bytes,
        **import_result(plan, reports, rows, found, taken_apart),
    }
    await _store_file(session, command, file_id, result, vault)
    return result


def _fresh_lines(
    report: Report, row: dict[str, Any], replaced: Collection[UUID], vault: Vault
) -> list[PlacedLine]:
    """What is to be booked: entries not known yet, and the details of sums taken out for them."""
    kept = report.completing - set(replaced)
    report.completing -= kept
    fresh = [(draft, entry_id) for draft, entry_id in report.fresh if entry_id not in kept]
    until = None if report.kind == "notice" else row["known_until"]
    return place(fresh, report.id, report.account_id, until, vault)


async def _gaps(session: WriteSession, rows: Sequence[dict[str, Any]]) -> list[Gap]:
    """Where the statements of this file do not join their neighbours."""
    new = [statements.link_of(row) for row in rows if row["kind"] == "statement"]
    if not new:
        return []
    stored = await statements.links(session, {link.account_id for link in new})
    ids = {link.id for link in new}
    found = gaps([*stored, *new])
    return [g for g in found if g.after_statement_id in ids or g.before_statement_id in ids]


def _refuse_when_strict(
    reports: Sequence[Report], found: Sequence[Gap], accounts: dict[UUID, BankAccount]
) -> None:
    """An account may refuse what does not join, so that the bank is asked before it is booked."""
    for report in reports:
        if report.kind == "repeat" and accounts[report.account_id].on_gap == "refuse":
            draft = report.draft
            raise StatementAlreadyStored(
                f"line {draft.line}: this statement of {draft.closes_on} tells what was stored"
                " before; nothing of the file was stored",
                line=draft.line,
            )
    for gap in found:
        if accounts[gap.account_id].on_gap == "refuse":
            raise StatementMissing(
                f"the statement of {gap.closes_on} does not join the one before it;"
                " nothing of the file was stored",
                reason=gap.reason,
                closes_on=gap.closes_on.isoformat(),
            )


async def _store_file(
    session: WriteSession,
    command: ImportStatements,
    file_id: UUID,
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
