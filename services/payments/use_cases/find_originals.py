"""Which payments the reversals of a file take back, of this file, of earlier ones or of later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.reversals import (
    Found,
    Original,
    TakenBack,
    original_of,
    share_words,
)
from services.payments.models import BankLine, BankReversal
from services.payments.repository import reversals, statements
from services.payments.use_cases.show_lines import LineText, show_texts
from shared.crypto import Vault


async def find_originals(
    session: AsyncSession, taken: Sequence[TakenBack], *, vault: Vault
) -> dict[UUID, Found]:
    """By reversal. A payment that two of them would take is left to a person."""
    if not taken:
        return {}
    rows = await reversals.originals(session, taken)
    lines = await statements.lines_by_id(session, {r.line_id for r in rows if r.line_id})
    texts = await show_texts(session, list(lines.values()), vault=vault)
    by_id = {one.id: one for one in taken}
    originals: dict[UUID, list[Original]] = {one.id: [] for one in taken}
    for row in rows:
        told = texts.get(row.line_id) if row.line_id else None
        words = told.texts if told else ()
        facts = (
            ("same_bank_reference", row.same_bank_reference),
            ("same_account", row.same_account),
            ("same_words", share_words(by_id[row.reversal_id].words, words)),
        )
        original = Original(
            payment_id=row.payment_id,
            booked_on=row.booked_on,
            facts=tuple(fact for fact, holds in facts if holds),
        )
        originals[row.reversal_id].append(original)
    return _each_once({one.id: original_of(one, originals[one.id]) for one in taken})


def _each_once(found: Mapping[UUID, Found]) -> dict[UUID, Found]:
    meant = Counter(one.payment_id for one in found.values())
    return {
        id_: Found(None, "reversal_unclear", one.candidates)
        if one.payment_id is not None and meant[one.payment_id] > 1
        else one
        for id_, one in found.items()
    }


async def waiting_taken(
    session: AsyncSession,
    waiting: Sequence[tuple[BankReversal, BankLine, bytes | None]],
    *,
    vault: Vault,
) -> list[TakenBack]:
    """What waits since earlier files, as it is looked for."""
    texts = await show_texts(session, [line for _, line, _ in waiting], vault=vault)
    return [
        TakenBack(
            id=row.id,
            account_id=row.account_id,
            minor=row.amount_minor,
            currency=row.currency,
            booked_on=row.booked_on,
            debit_id=row.debit_id,
            reference=reference,
            iban_index=line.iban_index,
            iban_ending_index=line.iban_ending_index,
            words=_words(texts.get(line.id)),
        )
        for row, line, reference in waiting
    ]


def _words(text: LineText | None) -> tuple[str, ...]:
    return text.texts if text else ()
