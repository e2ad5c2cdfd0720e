"""Costs that turn out too high: a payment from within the free term became known after it.

Costs are owed over what was unpaid when the term of the letter ended (BW 6:96 lid 6). The bank's
float is waited for before they are imposed; what comes later still is looked into by a person,
and until then the invoice is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.collections.domain.collection_costs import collection_costs
from services.collections.domain.decisions import Reason
from services.collections.domain.facts import ActiveHold, CaseFacts, StepTaken
from services.collections.domain.fourteen_day_letter import Prudence
from services.collections.domain.jurisdiction import Jurisdiction
from services.collections.domain.letter_of_step import term_of
from services.collections.domain.running_interest import ClaimAccount
from shared.money import Money


@dataclass(frozen=True, slots=True)
class Overcharge:
    """A costs step that took `imposed` where the scale gives `due`; both without VAT."""

    step_id: UUID
    claim_ids: frozenset[UUID]
    imposed: Money
    due: Money

    @property
    def reason(self) -> Reason:
        return Reason("paid_in_time", (("imposed", self.imposed), ("due", self.due)))

    @property
    def hold(self) -> ActiveHold:
        return ActiveHold(self.claim_ids, None, "other")


def overcharges(
    facts: CaseFacts, accounts: Mapping[UUID, ClaimAccount], law: Jurisdiction
) -> tuple[Overcharge, ...]:
    letters = {step.step_id: step for step in facts.steps}
    found = []
    for step in facts.steps:
        letter = letters.get(step.letter_id) if step.letter_id else None
        if letter is None or letter.sent_on is None or not step.costs:
            continue
        due = _due(step, letter, accounts, law)
        if due is not None and due < step.costs:
            found.append(Overcharge(step.step_id, step.covers, step.costs, due))
    return tuple(found)


def _due(
    step: StepTaken, letter: StepTaken, accounts: Mapping[UUID, ClaimAccount], law: Jurisdiction
) -> Money | None:
    """By the plain scale; the cap over instalments can only have lowered what was imposed."""
    known = [accounts[claim_id] for claim_id in step.covers if claim_id in accounts]
    if law.costs is None or len(known) < len(step.covers):
        return None
    last_free_day = term_of(letter, law, Prudence()).last_free_day
    unpaid = sum(_unpaid_after(account, last_free_day) for account in known)
    principal = Money(max(unpaid, 0), law.currency)
    return collection_costs(principal, law.costs.scale_on(step.taken_on)).net


def _unpaid_after(account: ClaimAccount, day: date) -> int:
    """Minor units of principal still open at the end of `day`, by the value dates of payments."""
    until = [booking for booking in account.bookings if booking.effective_on <= day]
    paid = sum(booking.amount for booking in until if booking.kind == "payment")
    reclaimed = sum(booking.amount for booking in until if booking.kind == "reclaim")
    return max(account.principal.minor + reclaimed - paid, 0)
