"""A bank's status report (pain.002): what it refused of our files did not happen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.payments.domain.debit import from_our_reference
from services.payments.domain.return_rules import REASON_NOT_TOLD
from services.payments.domain.status_report import GroupVerdict, Order, Verdict, rejected
from services.payments.formats.pain002 import REJECTED, StatusReport, read_pain002
from services.payments.models import StatusReport as StoredReport
from services.payments.repository import debits, matching, transfers
from services.payments.use_cases.decide_transfer import end
from services.payments.use_cases.return_debits import ComingBack, return_debits
from services.payments.use_cases.untell_amendments import untell_amendments
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import InvalidInput
from shared.ids import uuid7

_CONTENT_FIELD = "status report"
_REASON = re.compile(r"[A-Z0-9]{2,4}", re.ASCII)


async def apply_status_report(
    session: WriteSession, content: bytes, *, today: date, vault: Vault
) -> dict[str, Any]:
    """The same bytes again get the first answer."""
    sha256 = hashlib.sha256(content).digest()
    known = await transfers.known_report(session, sha256)
    if known is not None:
        return known.result
    report = read_pain002(content)
    file_id = from_our_reference(report.message_id)
    if file_id is None:
        raise InvalidInput.field("OrgnlMsgId", "not a file of ours")
    if report.message_name.startswith("pain.001"):
        counts = await _transfers(session, file_id, report)
    elif report.message_name.startswith("pain.008"):
        counts = await _debits(session, file_id, report, today, vault)
    else:
        raise InvalidInput.field("OrgnlMsgNmId", "neither pain.008 nor pain.001")
    result = {
        "id": str(uuid7()),
        "file_id": str(file_id),
        "message": report.message_name,
        "status": report.status,
        **counts,
    }
    await _store(session, content, sha256, result, vault)
    return result


async def _debits(
    session: WriteSession, batch_id: UUID, report: StatusReport, today: date, vault: Vault
) -> dict[str, int]:
    """A refused debit is returned before it was collected. What was booked or came back meanwhile
    stays as the account's statement has it."""
    batch = await debits.lock_batch(session, batch_id)
    rows = {row.id: row for row in await debits.lock_debits_of(session, batch_id)}
    reasons = _rejected(report, [Order(r.id, r.group_id or batch_id) for r in rows.values()])
    going = {row_id for row_id in reasons if rows[row_id].status == "submitted"}
    back = [
        ComingBack(rows[row_id], rows[row_id].status, reasons[row_id], today, never_collected=True)
        for row_id in sorted(going)
    ]
    await return_debits(session, back)
    await untell_amendments(session, [rows[row_id] for row_id in sorted(going)], vault)
    batch.bank_status = report.status or batch.bank_status
    batch.version += 1
    return {"rejected": len(going), "unchanged": len(reasons) - len(going)}


async def _transfers(session: WriteSession, file_id: UUID, report: StatusReport) -> dict[str, int]:
    await transfers.file(session, file_id)
    listed = await transfers.transfers_of_file(session, file_id)
    payments = await matching.lock_payments(
        session, {row.payment_id for row in listed if row.payment_id}
    )
    rows = {row.id: row for row in await transfers.lock_transfers(session, [r.id for r in listed])}
    reasons = _rejected(report, [Order(row.id, file_id) for row in rows.values()])
    going = [rows[row_id] for row_id in reasons if rows[row_id].status == "in_file"]
    for row in going:
        payment = payments.get(row.payment_id) if row.payment_id else None
        end(session, row, payment, "reject", reasons[row.id])
    return {"rejected": len(going), "unchanged": len(reasons) - len(going)}


def _rejected(report: StatusReport, orders: list[Order]) -> Mapping[UUID, str]:
    groups = [
        GroupVerdict(
            _verdict(group.payment_information_id, group.status, group.reason),
            tuple(
                _verdict(one.end_to_end_id, one.status, one.reason) for one in group.transactions
            ),
        )
        for group in report.groups
    ]
    return rejected(_verdict(report.message_id, report.status, report.reason), groups, orders)


def _verdict(reference: str | None, status: str | None, reason: str | None) -> Verdict:
    """A bank's own word in the place of a code is no reason we know: it is kept in the report."""
    code = reason if reason and _REASON.fullmatch(reason) else None
    if reason and code is None:
        code = REASON_NOT_TOLD
    return Verdict(from_our_reference(reference), status == REJECTED, code)


async def _store(
    session: WriteSession, content: bytes, sha256: bytes, result: dict[str, Any], vault: Vault
) -> None:
    scope = scope_of(session)
    cipher = (await vault.open_or_create(session, [scope.creditor_id]))[scope.creditor_id]
    session.add(
        StoredReport(
            id=UUID(result["id"]),
            creditor_id=scope.creditor_id,
            sha256=sha256,
            content_sealed=cipher.encrypt_bytes(_CONTENT_FIELD, content),
            received_at=session.info["clock"].now(),
            received_by=scope.actor,
            result=result,
        )
    )
