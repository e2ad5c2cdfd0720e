"""Where each invoice of a customer stands: what holds it, or what comes next and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.collections.domain.decisions import Blocked
from services.collections.domain.facts import CaseFacts, Receivable
from services.collections.domain.guards import check_customer, check_invoice
from services.collections.domain.jurisdiction import jurisdiction
from services.collections.domain.ladder import DunningPolicy
from services.collections.domain.progress import progress_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """`next_step` None: the ladder has ended. `earliest` None: its last message is still to go."""

    receivable: Receivable
    block: Blocked | None
    next_step: str | None
    earliest: date | None


def outlooks(facts: CaseFacts, policy: DunningPolicy, today: date) -> list[Outlook]:
    """One for each open invoice, oldest first."""
    law = jurisdiction(facts.jurisdiction)
    person = check_customer(facts, law, today)
    found = []
    claims = sorted(facts.receivables, key=lambda r: (r.due_on, r.number))
    for receivable in claims:
        verdict = person
        if not isinstance(verdict, Blocked):
            verdict = check_invoice(facts, receivable, law, today)
        progress = progress_of(facts, receivable, policy, law, today)
        found.append(
            Outlook(
                receivable=receivable,
                block=verdict if isinstance(verdict, Blocked) else None,
                next_step=progress.next_step.code if progress.next_step else None,
                earliest=progress.earliest,
            )
        )
    return found
