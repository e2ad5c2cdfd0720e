"""Find what a bank booked in one sum of our collections, where it does not name each group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.payments.domain.bank_lines import LineFacts
from services.payments.domain.batch_sums import groups_booked, without_shared
from services.payments.repository import debits
from services.payments.use_cases.read_statement_file import LineDraft
from shared.db import WriteSession


async def name_batches(
    session: WriteSession, drafts: Sequence[LineDraft], facts: Sequence[LineFacts]
) -> list[LineFacts]:
    """The facts, each with the groups it collects where exactly one set of them makes its sum."""
    asked = [
        at
        for at, (draft, fact) in enumerate(zip(drafts, facts, strict=True))
        if _may_collect(draft, fact)
    ]
    days = {day for at in asked if not facts[at].batch_ids for day in _days(drafts[at])}
    named = {batch_id for at in asked for batch_id in facts[at].batch_ids}
    groups = await debits.groups_in_flight(session, named, days) if days or named else []
    found = list(facts)
    if not groups:
        return found
    choices = [
        groups_booked(facts[at].amount, facts[at].batch_ids, groups, _days(drafts[at]))
        for at in asked
    ]
    for at, choice in zip(asked, without_shared(choices), strict=True):
        if choice:
            found[at] = facts[at]._replace(batch_ids=choice)
    return found


def _may_collect(draft: LineDraft, fact: LineFacts) -> bool:
    """Money in that the bank says is of a file of ours, or that comes from nobody at all.

    A payer has an account or writes a reference; a sum of many debtors has neither.
    """
    if fact.amount.minor <= 0 or fact.debit_id is not None or draft.is_remainder:
        return False
    if fact.batch_ids:
        return True
    is_nobodys = not (draft.iban or draft.account or draft.clues.references)
    return is_nobodys and fact.payout is None and not fact.is_reversal


def _days(draft: LineDraft) -> set[date]:
    return {draft.booked_on, draft.value_on}
