"""What banks took back, with what it may have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import BankLine, BankReversal, Payment
from services.payments.repository import reversals, statements
from services.payments.use_cases.show_lines import LineText, show_texts
from shared.crypto import Vault


@dataclass(frozen=True, slots=True)
class ReversalView:
    """`text` is None once the customer it turned out to be about is forgotten."""

    reversal: BankReversal
    line: BankLine
    text: LineText | None
    # What it may take back, each with the facts that speak for it.
    candidates: Sequence[tuple[Payment, Sequence[str]]]


async def show_reversals(
    session: AsyncSession, rows: Sequence[BankReversal], *, vault: Vault
) -> dict[UUID, ReversalView]:
    if not rows:
        return {}
    lines = await statements.lines_by_id(session, {row.id for row in rows})
    texts = await show_texts(session, list(lines.values()), vault=vault)
    payments = await reversals.payments_of(session, reversals.candidate_ids(rows))
    return {
        row.id: ReversalView(
            row, lines[row.id], texts.get(row.id), _candidates(row.candidates, payments)
        )
        for row in rows
    }


def _candidates(
    stored: Sequence[dict[str, Any]], payments: dict[UUID, Payment]
) -> list[tuple[Payment, Sequence[str]]]:
    """Without what went back otherwise since."""
    found = [(payments[UUID(one["payment_id"])], one["facts"]) for one in stored]
    return [(payment, facts) for payment, facts in found if payment.status != "reversed"]
