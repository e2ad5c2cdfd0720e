"""The reports of a file with their place: whose account, first told or again, known until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.payments.formats.unreadable import UnreadableFile
from services.payments.models import BankAccount
from services.payments.repository import statements
from services.payments.use_cases.identify_entries import Report, told_entries
from services.payments.use_cases.read_statement_file import StatementDraft
from shared.crypto import Vault
from shared.db import WriteSession
from shared.ids import uuid7


async def place_reports(
    session: WriteSession,
    drafts: Sequence[StatementDraft],
    accounts: Mapping[str, BankAccount],
    vault: Vault,
) -> list[Report]:
    """`accounts` by number. Raises `UnreadableFile` for an account that is not among them."""
    _refuse_strangers(drafts, accounts)
    seen = set(await statements.stored(session, [_identity(draft, accounts) for draft in drafts]))
    in_file: set[statements.Identity] = set()
    reports = []
    for draft in drafts:
        identity = _identity(draft, accounts)
        if identity in in_file and not draft.lines:
            # Some banks repeat a statement without any entry.
            continue
        in_file.add(identity)
        kind: str = draft.kind
        if kind == "statement" and identity in seen:
            kind = "repeat"
        elif kind == "statement":
            seen.add(identity)
        statement_id, account_id = uuid7(), accounts[draft.account_number].id
        told = told_entries(draft, statement_id, account_id, vault)
        reports.append(Report(statement_id, account_id, draft, kind, told))
    return reports


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


def _identity(draft: StatementDraft, accounts: Mapping[str, BankAccount]) -> statements.Identity:
    return (
        accounts[draft.account_number].id,
        draft.statement_id,
        draft.number,
        draft.closes_on,
        None if draft.opening is None else draft.opening.minor,
    )


def known_until(draft: StatementDraft, zone: ZoneInfo, now: datetime) -> datetime:
    """Up to when the report tells all bookings; never later than now.

    The bank's own word, else the end of its last day, or its making when that came before.
    """

    def aware(moment: datetime) -> datetime:
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)

    if draft.covers_to is not None:
        return min(aware(draft.covers_to), now)
    end_of_day = datetime.combine(draft.closes_on + timedelta(days=1), time(), tzinfo=zone)
    made = aware(draft.created_at) if draft.created_at is not None else end_of_day
    return min(made, end_of_day, now)


def statement_row(report: Report, file_id: UUID, until: datetime) -> dict[str, Any]:
    draft = report.draft
    return {
        "id": report.id,
        "file_id": file_id,
        "account_id": report.account_id,
        "kind": report.kind,
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
        "known_until": until,
    }
