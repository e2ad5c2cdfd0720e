"""What the upload of a file answers, and what the statements in it are announced with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.payments.domain.bank_lines import NAMES, Collection, Reversed
from services.payments.domain.statement_chain import Gap
from services.payments.models import BankAccount, Payment
from services.payments.use_cases.identify_entries import Report
from services.payments.use_cases.plan_lines import LinePlan
from shared.events.payments import StatementBooked
from shared.money import Money

Row = Mapping[str, Any]


def import_result(
    plan: LinePlan,
    reports: Sequence[Report],
    rows: Sequence[Row],
    found: Sequence[Gap],
    taken_apart: Sequence[Payment],
) -> dict[str, Any]:
    """`rows` are the statements as stored, in the order of `reports`.

    `taken_apart` are bulk sums that a specification explained after they were booked.
    """
    kinds = Counter(NAMES[type(line.kind)] for line in plan.lines)
    taken_back = sum(isinstance(line.kind, Reversed) for line in plan.lines)
    collected = sum(
        len(line.kind.debit_ids) for line in plan.lines if isinstance(line.kind, Collection)
    )
    explained = {payment.id: payment for payment in taken_apart}
    decided = [verdict for id_, verdict in plan.verdicts.items() if id_ not in explained]
    apart = [payment for payment in taken_apart if payment.id in plan.verdicts]
    reasons = [*(v.queue_reason for v in decided), *(p.queue_reason for p in apart)]
    return {
        "statements": [_statement(row, report) for row, report in zip(rows, reports, strict=True)],
        "gaps": [shown_gap(gap) for gap in found],
        "lines": len(plan.lines),
        "payments": len(plan.verdicts),
        "matched": sum(bool(verdict.shares) for verdict in decided)
        + sum(payment.allocated_minor > 0 for payment in apart),
        "queued": sum(reason is not None for reason in reasons),
        "debits_collected": collected,
        "debits_returned": kinds["return"],
        "payouts": kinds["payout"],
        "transfers": kinds["transfer"],
        "reversals": taken_back,
        "other": kinds["other"] - taken_back,
    }


def shown_gap(gap: Gap) -> dict[str, Any]:
    return {
        "account_id": str(gap.account_id),
        "after_statement_id": str(gap.after_statement_id),
        "before_statement_id": str(gap.before_statement_id),
        "closes_on": gap.closes_on.isoformat(),
        "reason": gap.reason,
        "difference": _money(gap.difference.minor, gap.difference.currency),
    }


def booked_events(
    reports: Sequence[Report], rows: Sequence[Row], accounts: Mapping[UUID, BankAccount]
) -> Iterator[StatementBooked]:
    """A notice tells single bookings: nothing is known of the account by it."""
    for report, row in zip(reports, rows, strict=True):
        closing = row["closing_minor"]
        yield StatementBooked(
            statement_id=report.id,
            account_id=report.account_id,
            kind=row["kind"],
            closes_on=row["closes_on"],
            known_until=None if row["kind"] == "notice" else row["known_until"],
            closing=None if closing is None else Money(closing, row["currency"]),
            entries=row["entry_count"],
            entries_known_before=report.known_count,
            collects=accounts[report.account_id].collects,
        )


def _statement(row: Row, report: Report) -> dict[str, Any]:
    """A statement in the result; `difference` is what its own arithmetic lacks."""
    currency = row["currency"]
    opening, closing = row["opening_minor"], row["closing_minor"]
    difference = None
    if opening is not None and closing is not None and row["kind"] in {"statement", "repeat"}:
        difference = opening + row["entries_minor"] - closing
    return {
        "id": str(row["id"]),
        "account_id": str(row["account_id"]),
        "kind": row["kind"],
        "statement_id": row["statement_id"],
        "number": row["number"],
        "closes_on": row["closes_on"].isoformat(),
        "entry_count": row["entry_count"],
        "entries_known_before": report.known_count,
        "entries_completed": len(report.completing),
        "unbooked_count": row["unbooked_count"],
        "opening": _money(opening, currency),
        "closing": _money(closing, currency),
        "entries": _money(row["entries_minor"], currency),
        "difference": _money(difference, currency),
    }


def _money(minor: int | None, currency: str) -> dict[str, Any] | None:
    return None if minor is None else {"amount": minor, "currency": currency}
